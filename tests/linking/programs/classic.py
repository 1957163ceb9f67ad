"""Programs with classical learners; a line ends in `#=` and what it does, all others do nothing."""

PROGRAMS = {
    "scikit-learn, a pipeline and a search": """
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
import joblib

X_train, X_test, y_train, y_test = train_test_split(X, y)  #= split
pre = ColumnTransformer([("n", StandardScaler(), num), ("c", OneHotEncoder(), cat)])
pipe = make_pipeline(pre, RandomForestClassifier())
search = GridSearchCV(pipe, {"randomforestclassifier__max_depth": [3, 5]})
search.fit(X_train, y_train)  #= train tune
best = search.best_estimator_
print(f1_score(y_test, best.predict(X_test)))  #= evaluate predict
joblib.dump(best, "model.joblib")  #= save_model
""",
    "scikit-learn, a dictionary of models": """
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
import sklearn.metrics as m

MODELS = {"lr": LogisticRegression(), "svc": SVC()}
for name, learner in MODELS.items():
    learner.fit(X, y)  #= train
    m.accuracy_score(y, learner.predict(X))  #= evaluate predict
""",
    "scikit-learn, by name": """
import importlib
from sklearn import linear_model

def build(name, **params):
    return getattr(linear_model, name)(**params)

thing = build("Ridge", alpha=1)
thing.fit(X, y)  #= train
forests = importlib.import_module("sklearn.ensemble")
forests.RandomForestRegressor().fit(X, y)  #= train
""",
    "scikit-learn, older names": """
from sklearn.cross_validation import train_test_split, cross_val_score
from sklearn.grid_search import GridSearchCV
from sklearn.externals import joblib

a, b = train_test_split(X)  #= split
cross_val_score(model, X, y)  #= cross_validate evaluate
GridSearchCV(model, {}).fit(a)  #= train tune
joblib.dump(model, "m.pkl")  #= save_model
""",
    "scikit-learn, targets and components": """
from sklearn.compose import TransformedTargetRegressor
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge

TransformedTargetRegressor(Ridge()).fit(X, y)  #= train
PLSRegression(2).fit(X, y)  #= train
PCA(2).fit(X)  #= fit_transform
""",
    "scikit-learn, partial fits in a loop": """
from sklearn.linear_model import SGDClassifier

clf = SGDClassifier()
for chunk, target in chunks:
    clf.partial_fit(chunk, target, classes=[0, 1])  #= train
clf.score(X, y)  #= evaluate
""",
    "imbalanced-learn": """
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline as ImbPipeline, make_pipeline
from sklearn.linear_model import LogisticRegression

X_res, y_res = SMOTE().fit_resample(X, y)
BalancedRandomForestClassifier().fit(X, y)  #= train
pipe = ImbPipeline([("smote", SMOTE()), ("clf", LogisticRegression())])
pipe.fit(X, y)  #= train
pipe.predict(X)  #= predict
make_pipeline(SMOTE(), LogisticRegression()).fit(X, y)  #= train
""",
    "XGBoost, native": """
import xgboost as xgb

dtrain, dtest = xgb.DMatrix(X, label=y), xgb.DMatrix(Z)
xgb.cv({}, dtrain, nfold=5)  #= cross_validate evaluate
bst = xgb.train({"eta": 0.1}, dtrain, evals=[(dtest, "test")])  #= train
pred = bst.predict(dtest)  #= predict
bst.save_model("m.json")  #= save_model
again = xgb.Booster()
again.load_model("m.json")  #= load_model
""",
    "XGBoost, the interface of scikit-learn": """
from xgboost import XGBClassifier, XGBRegressor

model = XGBClassifier(n_estimators=10)
model.fit(X, y, eval_set=[(X, y)])  #= train
model.predict_proba(X)  #= predict
XGBRegressor().fit(X, y).save_model("m.json")  #= train save_model
""",
    "LightGBM": """
import lightgbm as lgb
from lightgbm import LGBMClassifier

train_set = lgb.Dataset(X, y)
booster = lgb.train({"objective": "binary"}, train_set)  #= train
booster.predict(X)  #= predict
booster.save_model("m.txt")  #= save_model
lgb.cv({}, train_set)  #= cross_validate evaluate
clf = LGBMClassifier()
clf.fit(X, y)  #= train
clf.predict(X)  #= predict
loaded = lgb.Booster(model_file="m.txt")  #= load_model
loaded.predict(X)  #= predict
""",
    "CatBoost": """
from catboost import CatBoostClassifier, Pool, cv

pool = Pool(X, y)
model = CatBoostClassifier(verbose=0)
model.fit(pool)  #= train
model.predict(pool)  #= predict
model.eval_metrics(pool, ["AUC"])  #= evaluate
model.save_model("m.cbm")  #= save_model
cv(pool, {})  #= cross_validate evaluate
other = CatBoostClassifier()
other.load_model("m.cbm")  #= load_model
""",
    "statsmodels": """
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.holtwinters import ExponentialSmoothing

results = sm.OLS(y, sm.add_constant(X)).fit()  #= train
results.predict(X)  #= predict
print(results.summary())
smf.ols("y ~ x", data=df).fit()  #= train
model = ARIMA(series, order=(1, 1, 0))
fitted = model.fit()  #= train
fitted.forecast(steps=3)  #= predict
ExponentialSmoothing(series).fit(optimized=True)  #= train
fitted.save("arima.pkl")  #= save_model
""",
    "Prophet": """
from prophet import Prophet
from prophet.diagnostics import cross_validation, performance_metrics

m = Prophet()
m.add_regressor("x")
m.fit(df)  #= train
future = m.make_future_dataframe(periods=30)
m.predict(future)  #= predict
performance_metrics(cross_validation(m, horizon="30 days"))  #= cross_validate evaluate
""",
    "Prophet under its old name": """
from fbprophet import Prophet

forecast = Prophet().fit(df).predict(future)  #= train predict
""",
    "sktime": """
from sktime.forecasting.naive import NaiveForecaster
from sktime.performance_metrics.forecasting import mean_absolute_percentage_error
from sktime.split import temporal_train_test_split
from sktime.transformations.series.detrend import Detrender

y_train, y_test = temporal_train_test_split(y)  #= split
Detrender().fit(y_train)  #= fit_transform
forecaster = NaiveForecaster()
forecaster.fit(y_train, fh=[1, 2])  #= train
y_pred = forecaster.predict()  #= predict
mean_absolute_percentage_error(y_test, y_pred)  #= evaluate
""",
    "Darts": """
from darts import TimeSeries
from darts.dataprocessing.transformers import Scaler
from darts.metrics import mape
from darts.models import NBEATSModel

series = TimeSeries.from_dataframe(df)
train, val = series.split_before(0.8)  #= split
scaled = Scaler().fit_transform(train)  #= fit_transform
model = NBEATSModel(24, 12)
model.fit(scaled)  #= train
print(mape(val, model.predict(12)))  #= evaluate predict
model.save("m.pt")  #= save_model
""",
    "spaCy by hand": """
import spacy
from spacy.training import Example

nlp = spacy.blank("en")
ner = nlp.add_pipe("ner")
optimizer = nlp.initialize()
for text, notes in DATA:
    losses = {}
    example = Example.from_dict(nlp.make_doc(text), notes)
    nlp.update([example], sgd=optimizer, losses=losses)  #= train
nlp.evaluate(examples)  #= evaluate
nlp.to_disk("model")  #= save_model
""",
    "fastText": """
import fasttext

model = fasttext.train_supervised(input="train.txt")  #= train
model.predict("text")  #= predict
model.test("test.txt")  #= evaluate
model.save_model("m.bin")  #= save_model
""",
    "Spark ML": """
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import StringIndexer, VectorAssembler
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
df = spark.read.parquet("x")
train, test = df.randomSplit([0.8, 0.2])  #= split
indexed = StringIndexer(inputCol="a").fit(df).transform(df)  #= fit_transform
stages = [VectorAssembler(inputCols=["a"], outputCol="f"), LogisticRegression()]
pipeline = Pipeline(stages=stages)
model = pipeline.fit(train)  #= train
scored = model.transform(test)  #= predict
BinaryClassificationEvaluator().evaluate(scored)  #= evaluate
grid = ParamGridBuilder().build()
CrossValidator(estimator=pipeline, estimatorParamMaps=grid).fit(train)  #= train tune
model.write().overwrite().save("m")  #= save_model
""",
    "H2O": """
import h2o
from h2o.automl import H2OAutoML
from h2o.estimators.gbm import H2OGradientBoostingEstimator

h2o.init()
frame = h2o.import_file("a.csv")
train, test = frame.split_frame(ratios=[0.8])  #= split
gbm = H2OGradientBoostingEstimator(ntrees=10)
gbm.train(x=["a"], y="b", training_frame=train)  #= train
gbm.model_performance(test)  #= evaluate
gbm.predict(test)  #= predict
aml = H2OAutoML(max_models=5)
aml.train(y="b", training_frame=train)  #= train tune
h2o.save_model(gbm, "m")  #= save_model
""",
    "PyCaret": """
from pycaret.classification import *

setup(data=df, target="y")  #= split
best = compare_models()  #= train evaluate
model = create_model("rf")  #= train
tuned = tune_model(model)  #= train tune
predict_model(tuned)  #= predict
save_model(tuned, "m")  #= save_model
""",
    "AutoGluon": """
from autogluon.tabular import TabularPredictor

predictor = TabularPredictor(label="y").fit(train)  #= train tune
predictor.leaderboard(test)  #= evaluate
predictor.predict(test)  #= predict
late = TabularPredictor(label="y")
late.fit(train)  #= train tune
late.evaluate(test)  #= evaluate
""",
    "gensim": """
from gensim.models import Word2Vec

w2v = Word2Vec(sentences, vector_size=100)  #= train
w2v.save("w2v.model")  #= save_model
empty = Word2Vec(min_count=1)
empty.build_vocab(sentences)
empty.train(sentences, total_examples=10, epochs=5)  #= train
""",
    "survival analysis": """
from lifelines import CoxPHFitter, KaplanMeierFitter

cph = CoxPHFitter()
cph.fit(df, "T", "E")  #= train
cph.predict_partial_hazard(df)
""",
    "Optuna around LightGBM": """
import lightgbm as lgb
import optuna
from sklearn.metrics import roc_auc_score

def objective(trial):
    params = {"num_leaves": trial.suggest_int("num_leaves", 2, 256)}
    gbm = lgb.train(params, dtrain)  #= train
    return roc_auc_score(y, gbm.predict(X))  #= evaluate predict

study = optuna.create_study()
study.optimize(objective, n_trials=10)  #= tune
""",
}

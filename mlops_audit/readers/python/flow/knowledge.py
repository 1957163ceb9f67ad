"""What the names of libraries, methods and variables mean for the flow of data."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Learn how values are distributed.
FITTED = _words(
    "StandardScaler MinMaxScaler RobustScaler MaxAbsScaler PowerTransformer QuantileTransformer PCA"
    " IncrementalPCA KernelPCA SparsePCA MiniBatchSparsePCA TruncatedSVD NMF FactorAnalysis FastICA"
    " LatentDirichletAllocation TfidfVectorizer TfidfTransformer CountVectorizer KBinsDiscretizer"
    " TargetEncoder LeaveOneOutEncoder CatBoostEncoder WOEEncoder JamesSteinEncoder"
    " MEstimateEncoder Nystroem GaussianRankScaler TextVectorization Normalization"
)
VOCABULARY = _words("Tokenizer")
IMPUTED = _words("SimpleImputer KNNImputer IterativeImputer Imputer MissForest")
SELECTED = _words(
    "SelectKBest SelectPercentile SelectFromModel RFE RFECV GenericUnivariateSelect SelectFpr"
    " SelectFdr SelectFwe SequentialFeatureSelector BorutaPy"
)
RESAMPLED = _words(
    "SMOTE SMOTENC SMOTEN BorderlineSMOTE SVMSMOTE KMeansSMOTE ADASYN RandomOverSampler SMOTEENN"
    " SMOTETomek RandomUnderSampler NearMiss TomekLinks EditedNearestNeighbours"
    " RepeatedEditedNearestNeighbours AllKNN ClusterCentroids CondensedNearestNeighbour"
    " OneSidedSelection NeighbourhoodCleaningRule InstanceHardnessThreshold"
)
#: Learn which values exist, or nothing.
PLAIN = _words(
    "LabelEncoder OneHotEncoder OrdinalEncoder LabelBinarizer MultiLabelBinarizer"
    " PolynomialFeatures Normalizer Binarizer FunctionTransformer HashingVectorizer FeatureHasher"
    " VarianceThreshold SplineTransformer DictVectorizer BinaryEncoder CountEncoder HashingEncoder"
    " MissingIndicator TSNE UMAP Isomap MDS SpectralEmbedding LocallyLinearEmbedding DropFeatures"
)
PICTURE = _words("TSNE UMAP Isomap MDS SpectralEmbedding LocallyLinearEmbedding PCA TruncatedSVD")
PIPELINES = _words(
    "Pipeline make_pipeline ImbPipeline make_pipeline_imb TransformedTargetRegressor"
)
COLUMN_WISE = _words(
    "ColumnTransformer make_column_transformer FeatureUnion make_union DataFrameMapper"
)
SEARCHES = _words(
    "GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV BayesSearchCV"
    " OptunaSearchCV TuneSearchCV TuneGridSearchCV"
)
SPLITTERS = _words(
    "KFold StratifiedKFold RepeatedKFold RepeatedStratifiedKFold ShuffleSplit"
    " StratifiedShuffleSplit GroupKFold GroupShuffleSplit StratifiedGroupKFold LeaveOneGroupOut"
    " LeavePGroupsOut LeaveOneOut LeavePOut TimeSeriesSplit PredefinedSplit"
)
RANDOM_SPLITTERS = _words(
    "ShuffleSplit StratifiedShuffleSplit RepeatedKFold RepeatedStratifiedKFold"
)
GROUP_SPLITTERS = _words(
    "GroupKFold GroupShuffleSplit StratifiedGroupKFold LeaveOneGroupOut LeavePGroupsOut"
)
CROSS_VALIDATORS = _words("cross_val_score cross_validate cross_val_predict cross_validation_score")
CLUSTERS = _words(
    "KMeans MiniBatchKMeans DBSCAN AgglomerativeClustering SpectralClustering MeanShift Birch"
    " OPTICS GaussianMixture HDBSCAN IsolationForest OneClassSVM LocalOutlierFactor"
    " EllipticEnvelope"
)
NETWORKS = _words("Sequential Model")
#: Kinds of estimators that predict.
PREDICTING = _words("model network search cluster")
_MODELS = _words(
    "Ridge Lasso ElasticNet GaussianNB MultinomialNB BernoulliNB ComplementNB CategoricalNB"
    " LinearSVC SVC NuSVC SVR LinearSVR NuSVR Perceptron RidgeCV LassoCV ElasticNetCV LassoLars"
    " LassoLarsCV Lars BayesianRidge ARDRegression LogisticRegressionCV"
    " QuadraticDiscriminantAnalysis LinearDiscriminantAnalysis KernelRidge PLSRegression"
    " NearestCentroid"
)
_MODEL_ENDINGS = ("Classifier", "Regressor", "Regression", "ClassifierCV", "RegressorCV")
_METRIC = re.compile(
    r"[a-z_0-9]{0,60}_(?:score|error|loss|coefficient|curve|deviance)|classification_report"
    r"|confusion_matrix|accuracy|auc|roc_curve|plot_confusion_matrix|plot_roc_curve"
)
#: Metrics that are more than one number.
TABLES = _words("confusion_matrix classification_report roc_curve precision_recall_curve")
_NOT_METRIC = _words("silhouette_score davies_bouldin_score calinski_harabasz_score learning_curve")

#: Methods and functions whose result has the rows, and the history, of what they are given.
SAME = _words(
    "copy astype rename replace reset_index set_index to_numpy to_frame round clip assign toarray"
    " todense ravel flatten squeeze convert_dtypes infer_objects set_axis rename_axis transpose"
    " applymap map apply str lower upper strip abs pow add sub mul div fill_diagonal numpy"
    " float double long int cuda to cpu detach tolist to_list as_matrix expand_dims type"
    " batch prefetch cache repeat reshape view tocsr tocsc fillna interpolate ffill bfill pad"
    " where mask isin between eq ne gt lt ge le notnull isnull isna notna cat codes dt year month"
    " day hour dayofweek weekday values T data sparse unsqueeze permute dropna_columns"
    " select_dtypes reindex_columns nan_to_num filter_columns pipe compute persist"
    " to_sparse tz_localize tz_convert to_period to_timestamp normalize explode"
)
PART = _words(
    "dropna query head tail drop_duplicates nlargest nsmallest truncate between_time first"
)
ARRAYS = _words(
    "array asarray ascontiguousarray asfarray log log1p log2 log10 exp expm1 sqrt cbrt abs"
    " absolute round rint floor ceil reshape ravel squeeze expand_dims nan_to_num float32"
    " float64 int32 int64 clip sign power square DataFrame Series Index to_numeric to_datetime"
    " cut tensor from_numpy FloatTensor LongTensor Tensor as_tensor convert_to_tensor constant"
    " cast to_categorical pad_sequences csr_matrix csc_matrix coo_matrix DMatrix"
    " QuantileDMatrix Pool list tuple from_tensor_slices column_or_1d swapaxes transpose"
    " moveaxis get_dummies int float bool deepcopy copy sin cos tan matrix atleast_2d one_hot"
    " where from_pandas DataLoader TensorDataset flip fliplr flipud rot90 roll Subset argmax"
    " isnan equal not_equal logical_not iter enumerate boxcox Variable"
)
STACKS = _words("concat concatenate vstack append row_stack union r_ unionByName")
SIDE_BY_SIDE = _words("hstack column_stack merge join c_ zip")
STATISTICS = _words(
    "mean median mode std var min max quantile nanmean nanmedian nanstd nanmin nanmax percentile"
    " nanpercentile average describe sum skew kurt amin amax sem iqr mad"
)
CHOOSES = _words(
    "max min argmax argmin idxmax idxmin sorted nlargest nsmallest sort_values sort nanargmax"
    " nanargmin amax amin argsort"
)
#: Of those, what puts all in an order.
SORTS = _words("sorted sort_values sort nlargest nsmallest argsort")
TIME_SHIFTS = _words("shift rolling diff pct_change expanding ewm asfreq lag")
EARLY = _words("EarlyStopping ModelCheckpoint early_stopping EarlyStoppingCallback")
#: Sources whose rows follow each other in time.
TIME_SOURCES = re.compile(
    r"(?:yfinance|yf)\.(?:download|Ticker)|get_data_yahoo|pandas_datareader\S{0,40}DataReader"
    r"|web\.DataReader|pdr\.\w{1,40}|quandl\.get|\w{0,40}\.history"
)
_COLUMN_NAME = re.compile(
    r"col|feat|var|predictor|name|field|input|attr|numer|categ|target|label|^x|^y$|key"
)
_ROW_NAME = re.compile(
    r"idx|ind|mask|msk|row|fold|perm|sel|train|test|val|trn|sample|split|keep|shuf|order|pick|chosen"
)
LOADS = re.compile(r"read_\w{1,30}|load\w{0,30}|fetch_\w{1,40}|open_\w{1,20}|genfromtxt|loadtxt")

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_WORD = re.compile(r"[^A-Za-z]+")
_TRAIN = _words("train training trn tr xtrain ytrain trainset trainloader traindata dtrain")
_VAL = _words("val valid validation vld dev eval xval yval valset valloader cv dval dvalid")
_TEST = _words(
    "test testing tst te holdout held unseen xtest ytest testset testloader testdata dtest oot"
)
_TIME_NAMES = _words("date dates datetime time timestamp day month ds")


def part_by_name(name: str) -> str:
    """Return train, val, test, or '' if a name does not say which part of the data it is."""
    parts = {part.lower() for part in _NOT_A_WORD.split(_CAMEL.sub("_", name[:100])) if part}
    said = [
        kind for kind, known in (("train", _TRAIN), ("val", _VAL), ("test", _TEST)) if parts & known
    ]
    return said[0] if len(said) == 1 else ""


def names_time(column: str) -> bool:
    """Tell whether a column's name says that it holds moments."""
    parts = {part.lower() for part in _NOT_A_WORD.split(_CAMEL.sub("_", column[:100])) if part}
    return bool(parts & _TIME_NAMES)


def names_columns(name: str) -> bool:
    """Tell whether a name says that it holds names of columns."""
    return _COLUMN_NAME.search(name.lower()) is not None


def names_rows(name: str) -> bool:
    """Tell whether a name says that it holds numbers of rows, or a mask."""
    return _ROW_NAME.search(name.lower()) is not None


def is_metric(name: str) -> bool:
    """Tell whether a function measures how good predictions are."""
    return name not in _NOT_METRIC and _METRIC.fullmatch(name) is not None


def group_of(cls: str) -> str:
    """Return what kind of estimator a class is, '' if none that is known."""
    for group, known in _GROUPS:
        if cls in known:
            return group
    return "model" if cls.endswith(_MODEL_ENDINGS) else ""


_GROUPS = (
    ("fitted", FITTED),
    ("vocabulary", VOCABULARY),
    ("imputed", IMPUTED),
    ("selected", SELECTED),
    ("resampled", RESAMPLED),
    ("plain", PLAIN),
    ("pipeline", PIPELINES),
    ("columns", COLUMN_WISE),
    ("search", SEARCHES),
    ("cluster", CLUSTERS),
    ("network", NETWORKS),
    ("model", _MODELS),
)

"""Programs that train elsewhere or call a model of a provider, and what is traced and judged."""

PROGRAMS = {
    "OpenAI, a fine-tuning job": """
from openai import OpenAI

client = OpenAI()
uploaded = client.files.create(file=open("d.jsonl", "rb"), purpose="fine-tune")
job = client.fine_tuning.jobs.create(training_file=uploaded.id, model="gpt")  #= train hosted_model
client.chat.completions.create(model="ft:gpt", messages=[])  #= hosted_model
""",
    "Vertex AI": """
from google.cloud import aiplatform

aiplatform.init(project="p")
job = aiplatform.CustomTrainingJob(display_name="t", script_path="train.py", container_uri="c")
model = job.run(replica_count=1)  #= train
aiplatform.log_metrics({"auc": 0.9})  #= log_metric
""",
    "SageMaker": """
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.tuner import HyperparameterTuner

estimator = SKLearn(entry_point="train.py", role=role)
estimator.fit({"train": path})  #= train
HyperparameterTuner(estimator, "auc", {}).fit(path)  #= train tune
""",
    "SageMaker through boto3": """
import boto3

sm = boto3.client("sagemaker")
sm.create_training_job(TrainingJobName="t")  #= train
""",
    "Azure ML": """
from azure.ai.ml import MLClient, automl

client = MLClient.from_config(cred)
job = automl.classification(target_column_name="y")  #= autolog train tune
client.jobs.create_or_update(job)
""",
    "a chain of LangChain": """
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

prompt = ChatPromptTemplate.from_template("Answer {question}")
chain = prompt | ChatOpenAI(model="gpt-4o")  #= hosted_model
chain.invoke({"question": "?"})
""",
    "retrieval with LlamaIndex": """
from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.llms.openai import OpenAI

documents = SimpleDirectoryReader("data").load_data()
index = VectorStoreIndex.from_documents(documents)
engine = index.as_query_engine(llm=OpenAI(model="gpt-4o"))  #= hosted_model
engine.query("?")
""",
    "ragas": """
from ragas import evaluate
from ragas.metrics import faithfulness

result = evaluate(dataset, metrics=[faithfulness])  #= llm_evaluate
""",
    "deepeval": """
from deepeval import assert_test, evaluate
from deepeval.metrics import AnswerRelevancyMetric
from deepeval.test_case import LLMTestCase

case = LLMTestCase(input="a", actual_output="b")
evaluate([case], [AnswerRelevancyMetric()])  #= llm_evaluate
""",
    "Langfuse": """
from langfuse import observe

@observe()  #= trace
def answer(question):
    return question
""",
    "LangSmith": """
from langsmith import traceable

@traceable  #= trace
def answer(question):
    return question
""",
    "MLflow traces and metrics": """
import mlflow

@mlflow.trace  #= trace
def answer(question):
    return question

with mlflow.start_run() as run:
    mlflow.log_metric("a", 1)  #= log_metric
    mlflow.log_metrics({"b": 2}, step=1)  #= log_metric
client = mlflow.MlflowClient()
client.log_metric(run.info.run_id, "c", 1)  #= log_metric
""",
    "Weights & Biases": """
import wandb

run = wandb.init(project="p")
run.log({"acc": 1})  #= log_metric
wandb.log({"loss": 2})  #= log_metric
""",
    "metrics in files": """
import csv
import json
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error

model = Ridge().fit(X, y)  #= train
mae = mean_absolute_error(y, model.predict(X))  #= evaluate predict
with open("metrics.json", "w") as file:  #= write_metric_file
    json.dump({"mae": mae}, file)

def keep(rmse):
    with open("results.csv", "a") as file:
        csv.writer(file).writerow([1, rmse])  #= write_metric_file
""",
}

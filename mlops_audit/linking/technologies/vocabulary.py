"""The closed vocabularies of technology files."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: What code or automation can do. A technology file that uses another word is refused.
#: ``leak`` is a fault rather than a deed: rows that are held back, or what was learned from them,
#: reach training.
ACTIONS: frozenset[str] = _words(
    """
    load_data save_data describe_data validate_data version_data mask_data move_data prepare_data
    fit_transform resample split leak feature_store
    train tune cross_validate save_model load_model predict evaluate explain fairness slice_metrics
    baseline
    start_run autolog log_param log_metric log_artifact log_data link_commit write_metric_file
    track_server compare register_model promote_model gate approve
    package build_image publish_package deploy serve predict_batch log_prediction demo_app
    monitor_infra monitor_data_quality monitor_drift monitor_model alert feedback
    seed deterministic parse_config pipeline run_pipeline schedule trigger_run notify
    test data_test model_test load_test coverage lint typecheck format notebook_run
    scan_secrets scan_dependencies scan_code
    read_secret authenticate provision access_control just_in_time private_network encrypt
    hosted_model llm_evaluate trace model_card data_card update_dependencies release strip_outputs
    """
)

#: What a technology is for.
CATEGORIES: frozenset[str] = _words(
    """
    tracking registry data-versioning feature-store validation labelling orchestration training
    tuning distributed evaluation explainability fairness llm serving batch edge packaging ci-cd
    infrastructure observability drift alerting security governance data testing web configuration
    """
)

#: What a technology brings along by itself, whatever is done with it; rules ask for these words, so
#: that none of them has to name technologies.
FEATURES: frozenset[str] = _words(
    """
    model-endpoint managed-monitoring records-runs records-commit keeps-models random-weights
    """
)

#: Generators of random numbers: those of a process (python, numpy, torch …), which one call seeds
#: for all, and those that an object or a library keeps for itself.
RANDOM_SOURCES: frozenset[str] = _words(
    """
    python numpy torch torch-cuda tensorflow paddle mxnet
    python-generator numpy-generator torch-entropy jax spark optuna hyperopt
    xgboost lightgbm catboost cudnn
    """
)

CONFIDENCES: tuple[str, ...] = ("low", "medium", "high")

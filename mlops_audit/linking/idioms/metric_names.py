"""Words of metrics and of what they are held against, as they stand in names."""

from mlops_audit.linking.names import words

#: Words that are a metric wherever they stand.
METRICS = words(
    """
    acc accuracy accuracies auc roc auroc aucroc rocauc roauc auprc prauc f1 f1score fscore fbeta
    precision recall rmse rmsle mse mae mape smape wape r2 r2score rsquared logloss iou miou dice
    map50 map95 bleu rouge rougel rouge1 rouge2 wer cer perplexity ppl gini silhouette mcc kappa
    ndcg mrr psnr ssim fid brier specificity sensitivity
    """
)
#: Words that mean a metric only where something else says so.
VAGUE = words("score scores loss losses error metric metrics performance reward quality ap ks")
#: What a value is compared with.
THRESHOLDS = words(
    """
    threshold thresholds thresh thr min minimum max maximum floor ceiling limit least target
    required acceptable tolerance baseline expected cutoff margin
    """
)
#: Words of another model.
RIVALS = words(
    """
    best champion challenger candidate prod production current existing deployed previous prev old
    incumbent baseline reference registered live latest base new
    """
)
#: Comparisons of data with data, not of a model with what is wanted of it.
NOT_QUALITY = words("drift psi pvalue epoch epochs patience step steps iteration counter lr")

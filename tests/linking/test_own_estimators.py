"""Estimators of the repository's own."""

OWN = """
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin
from sklearn.svm import SVC

class Closed(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.w = np.linalg.solve(X.T @ X, X.T @ y)
        return self

class Closer(Closed):
    pass

class Clip(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.low = X.min()
        return self

class Constant(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        return self

class Wrapped(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.inner = SVC()
        self.inner.fit(X, y)
        return self
"""


def actions(repository):
    return repository.rows(
        "SELECT path, line, action FROM action WHERE action IN ('train', 'fit_transform')"
        " ORDER BY path, line"
    )


def test_learning_by_hand_is_training_where_it_is_called(linked):
    code = "from own import Clip, Closed, Closer\nClosed().fit(X, y)\nClip().fit(X)\n"
    found = actions(linked({"own.py": OWN, "train.py": code}))
    assert ("train.py", 2, "train") in found
    assert ("train.py", 3, "fit_transform") in found


def test_an_inherited_fit_counts(linked):
    found = actions(
        linked({"own.py": OWN, "train.py": "from own import Closer\nCloser().fit(X, y)\n"})
    )
    assert ("train.py", 2, "train") in found


def test_what_keeps_nothing_or_hands_on_does_not_train_itself(linked):
    code = "from own import Constant, Wrapped\nConstant().fit(X, y)\nWrapped().fit(X, y)\n"
    found = actions(linked({"own.py": OWN, "train.py": code}))
    assert found == [("own.py", 26, "train")]

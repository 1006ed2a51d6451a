"""Fits scikit-learn on the features that the benchmark wrote into a folder, one thread, and prints one line of JSON.

usage: sklearn_fit.py FOLDER fit FAMILY PARAMETERS | sklearn_fit.py FOLDER tfidf PARAMETERS...   (parameters as JSON)
"""

import json
import os
import sys
import time
import warnings

import numpy
import scipy.sparse
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score

folder = sys.argv[1]


def least(action, runs=3, enough=5.0):
    """The least CPU seconds of some runs; no further one once they took long enough."""
    seconds = []
    while len(seconds) < runs and sum(seconds) < enough:
        start = time.process_time()
        result = action()
        seconds.append(time.process_time() - start)
    return min(seconds), result


def read(name):
    path = os.path.join(folder, name + ".npy")
    return numpy.load(path) if os.path.exists(path) else None


def features(part):
    dense = read(part + "-dense")
    if read(part + "-values") is None:
        return dense
    arrays = (read(part + "-values"), read(part + "-columns"), read(part + "-starts"))
    sparse = scipy.sparse.csr_matrix(arrays, shape=tuple(read(part + "-shape")))
    return sparse if dense is None else scipy.sparse.hstack([sparse, scipy.sparse.csr_matrix(dense)]).tocsr()


def make(family, parameters, rows):
    if family == "LogisticRegression":
        from sklearn.linear_model import LogisticRegression

        # Since 1.4 the gradient of the mean loss is compared with the tolerance, before that of C times the sum was divided by C.
        if tuple(int(part) for part in sklearn.__version__.split(".")[:2]) < (1, 4):
            parameters = {"tol": 1e-4 * rows, **parameters}
        return LogisticRegression(**parameters)
    from sklearn import ensemble

    return getattr(ensemble, family)(n_jobs=1, **parameters)


def fit(family, parameters):
    train, test = features("train"), features("test")
    labels, truth = read("train-labels"), read("test-labels")
    warnings.simplefilter("ignore")
    seconds, model = least(lambda: make(family, parameters, train.shape[0]).fit(train, labels))
    predicted = model.predict(test)
    return {
        "seconds": seconds,
        "accuracy": accuracy_score(truth, predicted),
        "macro_f1": f1_score(truth, predicted, average="macro"),
        "iterations": float(numpy.max(getattr(model, "n_iter_", 0))),
    }


def tfidf(blocks):
    with open(os.path.join(folder, "train-texts.json"), encoding="utf-8") as file:
        texts = json.load(file)
    return {"seconds": least(lambda: [TfidfVectorizer(**block).fit_transform(texts) for block in blocks])[0]}


if sys.argv[2] == "fit":
    print(json.dumps(fit(sys.argv[3], json.loads(sys.argv[4]))))
else:
    print(json.dumps(tfidf([dict(json.loads(text), ngram_range=tuple(json.loads(text)["ngram_range"])) for text in sys.argv[3:]])))

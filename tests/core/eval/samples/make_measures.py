"""Makes measures.json: values from scikit-learn, and from definitions written out in full.

    pip install scikit-learn numpy && python make_measures.py > measures.json

AUC, log loss, NDCG and reliability curves are scikit-learn's (roc_auc_score, log_loss, ndcg_score,
calibration_curve). Recall and hit rate are means over every order of the ties; GAUC, normalised
entropy, calibration error and DeLong's variances are computed from their definitions, pair by pair.
"""

import itertools
import json

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss, ndcg_score, roc_auc_score


def orders(scores):
    """Every order of the rows, highest first, that their scores allow."""
    groups = [np.flatnonzero(scores == s) for s in np.unique(scores)[::-1]]
    for parts in itertools.product(*(itertools.permutations(g) for g in groups)):
        yield [row for part in parts for row in part]


def ranking(labels, logits, users, k):
    recall, hit, ndcg = [], [], []
    for user in np.unique(users):
        y, z = labels[users == user], logits[users == user]
        if y.sum() == 0:
            continue
        found = [y[order[:k]].sum() for order in orders(z)]
        recall.append(np.mean(found) / y.sum())
        hit.append(np.mean([f > 0 for f in found]))
        ndcg.append(ndcg_score([y], [z], k=k) if len(y) > 1 else 1.0)
    return {"k": k, "recall": np.mean(recall), "ndcg": np.mean(ndcg), "hit_rate": np.mean(hit)}


def placements(labels, scores):
    won = np.sign(scores[labels == 1][:, None] - scores[labels == 0][None, :]) / 2 + 0.5
    return won.mean(axis=1), won.mean(axis=0)


def delong(labels, first, second):
    a, b = placements(labels, first), placements(labels, second)
    positive, negative = np.cov(a[0], b[0]), np.cov(a[1], b[1])
    s = positive / (labels == 1).sum() + negative / (labels == 0).sum()
    return {"first": s[0, 0], "second": s[1, 1], "covariance": s[0, 1],
            "variance": s[0, 0] + s[1, 1] - 2 * s[0, 1]}


def case(name, seed, rows, users, values):
    random = np.random.default_rng(seed)
    user = random.integers(0, users, rows)
    logits = random.integers(-values, values, rows) / 4.0
    other = random.integers(-values, values, rows) / 4.0
    labels = (random.random(rows) < 1 / (1 + np.exp(-0.7 * logits - 0.3 * other))).astype(int)
    p = 1 / (1 + np.exp(-logits))
    loss, rate = log_loss(labels, p), labels.mean()
    weighted = used = groups = 0
    for u in np.unique(user):
        y = labels[user == u]
        if 0 < y.sum() < len(y):
            weighted += len(y) * roc_auc_score(y, logits[user == u])
            used += len(y)
            groups += 1
    curves = {}
    for bins in (5, 15):
        share, mean = calibration_curve(labels, p, n_bins=bins, strategy="uniform")
        place = np.minimum((p * bins).astype(int), bins - 1)
        error = sum((place == i).sum() * abs(p[place == i].mean() - labels[place == i].mean())
                    for i in np.unique(place)) / rows
        curves[str(bins)] = {"mean": list(mean), "share": list(share), "error": error}
    return {
        "name": name, "user": user.tolist(), "logit": logits.tolist(), "other": other.tolist(),
        "label": labels.tolist(), "auc": roc_auc_score(labels, logits), "logloss": loss,
        "gauc": {"auc": weighted / used, "groups": len(np.unique(user)), "groups_used": groups,
                 "rows_used": used},
        "ne": loss / -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate)),
        "predicted_over_observed": p.mean() / rate, "calibration": curves,
        "ranking": [ranking(labels, logits, user, k) for k in (1, 3, 5, 10)],
        "users_used": len(np.unique(user[labels == 1])),
        "delong": delong(labels, logits, other),
    }


print(json.dumps({"made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
                  "cases": [case("many ties", 1, 60, 12, 5), case("few ties", 2, 120, 15, 40),
                            case("lonely rows", 3, 40, 30, 8)]},
                 default=lambda x: x.item()))

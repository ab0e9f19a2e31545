"""Fits the weights of grid recovery; see README.md beside this file."""

import argparse
import json
import pathlib

import numpy as np

HIDDEN = 32
PAIR_FEATURES = 12
COMBINED = 12
HEADER = """/** Weights of the network that reads evidence of a grid (score-grids.ts); fitted by python/grid_model. */
type GridModel = {
  /** Row per hidden unit, a weight per number of evidence (evidenceNames), in units of that number. */
  readonly hidden: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly output: readonly number[];
  /** For pairFeatures. */
  readonly pair: readonly number[];
};

"""


class Evidence:
    """Candidates of all axes below each other; pictures have two axes in a row, each with a pixel a cell as the last."""

    def __init__(self, files, width):
        rows, cells, right, counts, self.sizes = [], [], [], [], []
        for file in files:
            numbers = np.fromfile(file, dtype="<f4")
            at = 0
            while at < len(numbers):
                record = numbers[at + 1 : at + 1 + int(numbers[at])]
                at += 1 + len(record)
                place = 3
                for _ in range(2):
                    count = int(record[place])
                    truth = record[place + 1 : place + 4]
                    table = record[place + 4 : place + 4 + count * (3 + width)].reshape(count, 3 + width)
                    place += 4 + table.size
                    found = table[:, :3]
                    is_right = (found[:, 0] == truth[0]) & (np.abs(found[:, 2] - truth[2]) < 0.3 * truth[1])
                    rows.append(table[:, 3:])
                    cells.append(found)
                    right.append(is_right & ((found[:, 1] == 1) == (truth[1] == 1)))
                    counts.append(count)
                    self.sizes.append(truth[0])
        self.counts = np.array(counts)
        self.starts = np.concatenate([[0], np.cumsum(self.counts)[:-1]])
        self.cells = np.vstack(cells)
        self.right = np.concatenate(right)
        raw = np.vstack(rows).astype(np.float32)
        self.mean, self.scale = raw.mean(0), raw.std(0) + 1e-3
        self.rows = (raw - self.mean) / self.scale

    def axis(self, index):
        return np.arange(self.starts[index], self.starts[index] + self.counts[index])


class Adam:
    """D. P. Kingma and J. Ba, 2015, with a little weight decay."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.means = [np.zeros_like(value) for value in parameters]
        self.squares = [np.zeros_like(value) for value in parameters]
        self.steps = 0

    def step(self, gradients, rate, decay=1e-4):
        self.steps += 1
        for index, gradient in enumerate(gradients):
            value = self.parameters[index]
            gradient = gradient + decay * value
            self.means[index] = 0.9 * self.means[index] + 0.1 * gradient
            self.squares[index] = 0.999 * self.squares[index] + 0.001 * gradient * gradient
            mean = self.means[index] / (1 - 0.9**self.steps)
            square = self.squares[index] / (1 - 0.999**self.steps)
            value -= (rate * mean / (np.sqrt(square) + 1e-8)).astype(np.float32)


def softmax(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def pull(logits, right):
    """Gradient of -log of the probability of all that is right."""
    probabilities = softmax(logits)
    wanted = probabilities * right
    return probabilities - wanted / (wanted.sum() + 1e-12)


def hidden(parameters, rows):
    return np.maximum(0, rows @ parameters[0] + parameters[1])


def network_gradients(parameters, rows, units, pulls):
    inner = np.outer(pulls, parameters[2]) * (units > 0)
    return [rows.T @ inner, inner.sum(0), units.T @ pulls]


def fit_axes(data, parameters, chosen, epochs, rng):
    optimizer = Adam(parameters[:3])
    for epoch in range(epochs):
        rng.shuffle(chosen)
        for begin in range(0, len(chosen), 48):
            axes = [data.axis(index) for index in chosen[begin : begin + 48]]
            rows = data.rows[np.concatenate(axes)]
            units = hidden(parameters, rows)
            logits = units @ parameters[2]
            ends = np.cumsum([len(axis) for axis in axes])[:-1]
            pulls = np.concatenate([pull(part, data.right[axis]) for part, axis in zip(np.split(logits, ends), axes)])
            optimizer.step(network_gradients(parameters, rows, units, pulls / len(axes)), rate(3e-3, epoch, epochs))


def rate(most, epoch, epochs):
    return most * 0.5 * (1 + np.cos(np.pi * epoch / epochs))


def is_whole(values):
    return np.abs(values - np.round(values)) < 1e-4


def pair_features(x, y):
    """As pairFeatures in score-grids.ts, for all pairs."""
    stretch = np.abs(np.log(x[:, None, 1] / y[None, :, 1]))
    fills_x = ((x[:, 2] == 0) & is_whole(x[:, 0] * x[:, 1]))[:, None]
    fills_y = ((y[:, 2] == 0) & is_whole(y[:, 0] * y[:, 1]))[None]
    whole_x, whole_y = is_whole(x[:, 1])[:, None], is_whole(y[:, 1])[None]
    features = [stretch < limit for limit in (0.002, 0.006, 0.02, 0.06, 0.15)]
    features += [np.minimum(1, stretch), np.abs(stretch - np.log(2)) < 0.03]
    features += [fills_x & fills_y, fills_x != fills_y, whole_x & whole_y, whole_x != whole_y]
    features += [(x[:, 1] == 1)[:, None] & (y[:, 1] == 1)[None]]
    return np.stack([np.asarray(feature, np.float32) for feature in features], -1)


def pairs(data, parameters, pictures):
    """For each picture the rows of its best candidates, the indices that make pairs, their features, which are right."""
    result = {}
    for picture in pictures:
        best = []
        for axis in (data.axis(2 * picture), data.axis(2 * picture + 1)):
            scores = hidden(parameters, data.rows[axis[:-1]]) @ parameters[2]
            best.append(np.append(axis[np.argsort(-scores, kind="stable")[:COMBINED]], axis[-1]))
        x, y = (data.cells[rows] for rows in best)
        first, second = np.where((x[:, 1] == 1)[:, None] == (y[:, 1] == 1)[None])
        right = data.right[best[0]][first] & data.right[best[1]][second]
        result[picture] = (*best, first, second, pair_features(x, y)[first, second], right)
    return result


def fit_pairs(data, parameters, chosen, epochs, rng):
    optimizer = Adam(parameters)
    known = pairs(data, parameters, chosen)
    for epoch in range(epochs):
        if epoch == epochs // 2:
            known = pairs(data, parameters, chosen)
        usable = np.array([picture for picture in chosen if known[picture][5].any()])
        rng.shuffle(usable)
        for begin in range(0, len(usable), 24):
            batch = [known[picture] for picture in usable[begin : begin + 24]]
            rows = data.rows[np.concatenate([np.concatenate(entry[:2]) for entry in batch])]
            units = hidden(parameters, rows)
            scores = units @ parameters[2]
            pulls, pair_pulls = np.zeros_like(scores), np.zeros(PAIR_FEATURES, np.float32)
            at = 0
            for x, y, first, second, features, right in batch:
                across, down = at + first, at + len(x) + second
                pulled = pull(scores[across] + scores[down] + features @ parameters[3], right) / len(batch)
                np.add.at(pulls, across, pulled)
                np.add.at(pulls, down, pulled)
                pair_pulls += features.T @ pulled
                at += len(x) + len(y)
            gradients = network_gradients(parameters, rows, units, pulls)
            optimizer.step([*gradients, pair_pulls], rate(1.5e-3, epoch, epochs))


def exact_share(data, parameters, pictures):
    right = 0
    for picture, (x, y, first, second, features, _) in pairs(data, parameters, pictures).items():
        scores = [hidden(parameters, data.rows[rows]) @ parameters[2] for rows in (x, y)]
        weights = softmax(scores[0][first] + scores[1][second] + features @ parameters[3])
        sizes = data.cells[x][first, 0] * 1e5 + data.cells[y][second, 0]
        values, places = np.unique(sizes, return_inverse=True)
        wanted = data.sizes[2 * picture] * 1e5 + data.sizes[2 * picture + 1]
        right += values[np.argmax(np.bincount(places, weights))] == wanted
    return right / len(pictures)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("evidence", nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--width", type=int, default=97, help="numbers of evidence a candidate (evidenceNames)")
    parser.add_argument("--axis-epochs", type=int, default=24)
    parser.add_argument("--pair-epochs", type=int, default=12)
    settings = parser.parse_args()
    rng = np.random.default_rng(0)
    data = Evidence(settings.evidence, settings.width)
    count = len(data.counts) // 2
    held = np.arange(count) % 8 == 7
    shape = (data.rows.shape[1], HIDDEN)
    parameters = [
        rng.normal(0, 1 / np.sqrt(shape[0]), shape).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        rng.normal(0, 1 / np.sqrt(HIDDEN), HIDDEN).astype(np.float32),
        np.zeros(PAIR_FEATURES, np.float32),
    ]
    has_right = np.logical_or.reduceat(data.right, data.starts)
    fit_axes(data, parameters, np.where(has_right & ~np.repeat(held, 2))[0], settings.axis_epochs, rng)
    fit_pairs(data, parameters, np.where(~held)[0], settings.pair_epochs, rng)
    print(f"{count} pictures; of those held out {exact_share(data, parameters, np.where(held)[0]):.1%} exact")

    def short(values):
        return [float(f"{value:.4g}") for value in values]

    # The evidence comes in its own units: its mean and scale go into the weights.
    first = parameters[0] / data.scale[:, None]
    model = {
        "hidden": [short(row) for row in first.T],
        "bias": short(parameters[1] - data.mean @ first),
        "output": short(parameters[2]),
        "pair": short(parameters[3]),
    }
    pathlib.Path(settings.out).write_text(f"{HEADER}export const gridModel: GridModel = {json.dumps(model)};\n")


if __name__ == "__main__":
    main()

"""How much does a generated table tell about which rows it was learned from?"""

import numpy as np

from keras_gan_zoo.metrics.records import alike_frames, alike_rows, nearest

MOST = 5_000  # rows of each kind that an attacker tries
SAME = 1e-6  # a distance, of 1, below which rows are as good as equal


def membership_advantage(generated, train, test, seed=0) -> float:
    """How much a generated table tells about which rows it was learned from.

    An attacker who has the generated table takes a row for one of the training set if a
    generated one is near (distance to the closest record). How near is chosen on one
    half of the rows and judged on the other, so that guessing gives 0 on average.

    Args:
        generated: The generated table.
        train: Rows that the model was trained on.
        test: Rows of the same source that it was not trained on.
        seed: Of which rows are tried, at most 5,000 of each kind.

    Returns:
        Share of the training rows that are recognized minus the share of the others
        that are mistaken for some, in [-1, 1].

    Raises:
        ImportError: If pandas or scikit-learn is not installed.
        ValueError: If the tables have other columns, or fewer than two rows.

    Reference:
        Yeom et al. 2018, https://arxiv.org/abs/1709.01604
    """
    table, (generated, *both) = alike_rows(generated, train, test)
    places = _tried(both, np.random.default_rng(seed))
    tried = [rows[some] for rows, some in zip(both, places, strict=True)]
    distances = nearest(table, np.concatenate(tried), generated)  # on one scale
    return _advantage(*np.split(distances, 2))


def shadow_advantage(learn, generated, train, test, num=8, seed=0) -> float:
    """The same for an attacker who trains such models, too.

    Whether a row is near to generated ones depends most of all on how many real rows
    are like it. So the attacker trains shadow models, each on a random part of all
    rows, about as large as the training set. Of each row it is then known how near the
    tables come of models that have seen it, and how near those of the others. The
    distance in the table that is attacked is compared with the two, by the ratio of the
    likelihoods of lognormal distributions of equal width.

    Args:
        learn: Function of some of the rows, a DataFrame of pandas, and the number of
            the shadow model, from 0. It trains a model like the one that is attacked
            and returns a table of it, as large as `generated`.
        generated: The generated table.
        train: Rows that the model was trained on.
        test: Rows of the same source that it was not trained on.
        num: How many shadow models are trained, at least 2.
        seed: Of what they see, and of which rows are tried, at most 5,000 of each kind.

    Returns:
        As `membership_advantage`.

    Raises:
        ImportError: If pandas or scikit-learn is not installed.
        ValueError: If the tables have other columns, or fewer than two rows, or `num`
            is not at least 2.

    Example:
        ```python
        import numpy as np

        import keras_gan_zoo as kgz

        random = np.random.default_rng(0)
        a = random.lognormal(size=600)
        rows = {"a": a, "b": a + random.normal(size=600)}
        train, test = ({n: x[i::2] for n, x in rows.items()} for i in (0, 1))


        def learn(rows, number):
            model = kgz.CTGAN(seed=number)
            model.fit(rows, batch_size=100, epochs=5, verbose=0)
            return model.generate(300, seed=0, verbose=0)


        generated = learn(train, 100)
        advantage = kgz.metrics.shadow_advantage(learn, generated, train, test, num=2)
        ```

    Reference:
        Shokri et al. 2017, https://arxiv.org/abs/1610.05820, and Carlini et al. 2022,
        https://arxiv.org/abs/2112.03570, for the ratio.
    """
    if not isinstance(num, int | np.integer) or num < 2:
        raise ValueError(
            "num: expected an integer from 2, the number of shadow models. Received: "
            f"{num!r}"
        )
    import pandas

    random = np.random.default_rng(seed)
    _, (generated, *both) = alike_frames(generated, train, test)
    whole = pandas.concat(both, ignore_index=True)
    first, second = _tried(both, random)
    tried = np.concatenate([first, len(both[0]) + second])
    seen = _parts(len(whole), len(both[0]), num, random)
    tables = [generated]
    for number, chosen in enumerate(seen):
        made = learn(whole[chosen].reset_index(drop=True), number)
        alike_frames(whole, made)  # or it would show when all are trained
        tables.append(made)
    table, (rows, *tables) = alike_rows(whole.iloc[tried], *tables)
    among = np.concatenate([rows, *tables])
    distance, *of_shadows = (
        np.log(np.maximum(nearest(table, rows, others, among), SAME))
        for others in tables
    )
    with_it = np.average(of_shadows, axis=0, weights=seen[:, tried])
    without = np.average(of_shadows, axis=0, weights=~seen[:, tried])
    strangeness = (distance - with_it) ** 2 - (distance - without) ** 2
    return _advantage(*np.split(strangeness, 2))


def _tried(both, random):
    """The places of as many rows of two tables."""
    num = min(MOST, *map(len, both))
    if num < 2:
        raise ValueError(
            "Membership is judged on two rows at least that were trained on, and two "
            f"that were not. Received: {' and '.join(str(len(x)) for x in both)} rows."
        )
    return [random.permutation(len(rows))[:num] for rows in both]


def _parts(num_rows, size, num, random):
    """Which rows each shadow model sees: booleans (num, num_rows).

    Each row is left out by the same number of models, one at least, and not by all.
    """
    left_out = min(max(round(num * (1 - size / num_rows)), 1), num - 1)
    return random.random((num, num_rows)).argsort(axis=0) >= left_out


def _advantage(seen, unseen):
    """Of one who takes rows of small numbers for rows that were seen."""
    half = len(seen) // 2

    def advantage(part, bounds):
        return _share_below(bounds, seen[part]) - _share_below(bounds, unseen[part])

    first, second = slice(half), slice(half, None)
    bounds = np.unique([seen[first], unseen[first]])
    bound = bounds[advantage(first, bounds).argmax()]
    return float(advantage(second, bound))


def _share_below(bounds, distances):
    return np.searchsorted(np.sort(distances), bounds, "right") / len(distances)

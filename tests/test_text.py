"""Captions on the host: what counts as one, words and their numbers, one of several."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import text
from keras_gan_zoo.backend import gradient

CAPTIONS = ["a red ring", "Two don't-know rings!", "a RED, red ring"]


def small():
    encoder = text.WordEncoder(dim=4, word_dim=3).of(CAPTIONS)
    return kgz.DFGAN((8, 8, 1), 4, encoder, base_channels=1, seed=0)


def test_captions_are_strings_or_lists_of_strings():
    one_each = [["a"], ["b c"]]
    for captions in (["a", "b c"], np.array(["a", "b c"]), np.array([["a"], ["b c"]])):
        assert text.is_text(captions) and text.listed(captions) == one_each
    assert text.listed("a b") == [["a b"]]
    assert text.listed([["a", "b"], "c"]) == [["a", "b"], ["c"]]
    for numbers in (np.zeros((2, 3)), [[1.0, 2.0]], 3, ops.zeros((2, 3))):
        assert not text.is_text(numbers)
    for wrong, received in (
        (["a", []], r"\[\] at 1"),
        ([None, "a"], "None at 0"),
        ([[], "a"], r"\[\] at 0"),
        (["a", 3], "3 at 1"),
        ([["a", None]], "None.* at 0"),
        ([], "nothing"),
        ({"a", "b"}, "a set"),
        ((each for each in "ab"), "a generator"),
    ):
        assert text.is_text(wrong)
        with pytest.raises(ValueError, match=f"Captions must be strings.*{received}"):
            text.listed(wrong)


def test_captions_come_in_columns_tensors_and_bytes():
    of_tensorflow = pytest.importorskip("tensorflow")
    two = [["a"], ["é c"]]
    for captions in (
        ("a", "é c"),
        pd.Series(["a", "é c"]),
        pd.Series(["a", "é c"], dtype="category"),
        pd.DataFrame({"caption": ["a", "é c"]}),
        of_tensorflow.constant(["a", "é c"]),
        [b"a", "é c".encode()],
        np.array(["a", "é c"], object),
        of_tensorflow.ragged.constant(two),
    ):
        assert text.is_text(captions) and text.listed(captions) == two
    for alone in (
        "é c",
        "é c".encode(),
        np.array("é c"),
        of_tensorflow.constant("é c"),
    ):
        assert text.is_text(alone) and text.listed(alone) == [["é c"]]


def test_words_are_numbers_from_1_on_in_the_order_of_the_alphabet():
    encoder = text.WordEncoder().of(CAPTIONS)
    assert encoder.words == ("a", "don't-know", "red", "ring", "rings", "two")
    assert encoder.shape == (4,) and encoder.examples == tuple(CAPTIONS)
    ids = encoder.encode([["a red ring"], ["RED", "two rings"]])
    expected = [[[1, 3, 4, 0], [0] * 4], [[3, 0, 0, 0], [6, 5, 0, 0]]]
    np.testing.assert_array_equal(ids, expected)
    assert ids.dtype == "int32"
    copy = text.get(encoder.get_config())
    assert copy.get_config() == encoder.get_config()


def test_marks_belong_to_words_in_whichever_form_they_are_written():
    encoder = text.WordEncoder().of(["दिन", "दान", "दीन"])
    assert sorted(encoder.words) == sorted(["दिन", "दान", "दीन"])
    composed, apart = "caf\u00e9", "cafe\u0301"
    encoder = text.WordEncoder().of([composed, apart, "İstanbul 2"])
    assert encoder.words == ("2", composed, "i\u0307stanbul")
    np.testing.assert_array_equal(encoder.encode([composed]), encoder.encode([apart]))
    # A mark alone, as an emoji may have, is no word.
    assert text.WordEncoder().of(["\u2764\ufe0f heart"]).words == ("heart",)
    assert text.WordEncoder(["Red", apart], 3).words == ("red", composed)


def test_one_string_is_one_caption():
    encoder = text.WordEncoder().of("a red bird")
    assert encoder.words == ("a", "bird", "red") and encoder.length == 3
    assert encoder.examples == ("a red bird",)
    assert text.SentenceEncoder().of("a red bird").examples == ("a red bird",)
    assert text.WordEncoder(examples="a bird").examples == ("a bird",)
    for learn in (text.WordEncoder().of, text.SentenceEncoder().of):
        with pytest.raises(ValueError, match="Captions must be strings.*nothing"):
            learn([])


@pytest.mark.parametrize("words", ["red", [1, 2], ["red bird"], [""], {"red"}])
def test_what_can_be_no_word_of_a_caption_is_refused(words):
    with pytest.raises(ValueError, match="word.*Received"):
        text.WordEncoder(words, length=3)


def test_what_is_no_encoder_or_has_no_words_is_refused():
    for wrong in ("words", {"class_name": "Other", "config": {}}):
        with pytest.raises(ValueError, match="must be an encoder of captions"):
            kgz.DFGAN(text=wrong)
    for wrong in ({"dim": 3}, {"word_dim": 0}, {"length": 0}):
        with pytest.raises(ValueError, match="an even dim"):
            text.WordEncoder(**wrong)
    with pytest.raises(ValueError, match="knows no words yet"):
        text.WordEncoder().encode(["a"])
    with pytest.raises(ValueError, match="must have words"):
        text.WordEncoder().of(["..."])


def test_zeros_behind_the_last_word_change_no_sentence():
    model = small()
    sentences = model.sentences(CAPTIONS)
    np.testing.assert_allclose(sentences.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(sentences.std(axis=1), 1, atol=0.1)
    longer = text.WordEncoder(model.text.words, 9, (), 4, 3).build()
    longer.set_weights(model.text_encoder.get_weights())
    ids = np.pad(model.text.encode(CAPTIONS)[:, 0], ((0, 0), (0, 5)))
    padded = ops.convert_to_numpy(longer(ids))
    np.testing.assert_allclose(padded, sentences, atol=1e-6)
    # The order of words counts.
    turned = model.sentences(["ring red a"])
    assert np.abs(turned - sentences[:1]).max() > 1e-3


def test_each_word_moves_a_long_caption_as_much_wherever_it_stands():
    # The last states of a recurrent network have half forgotten those in the middle.
    words = [f"word{number}" for number in range(20)]
    encoder = text.WordEncoder(dim=64, word_dim=16).of([" ".join(words)])
    network = encoder.build()
    captions = [
        [*words[:i], "word0" if i else "word1", *words[i + 1 :]] for i in range(20)
    ]
    changed = [" ".join(each) for each in [words, *captions]]
    found = ops.convert_to_numpy(network(encoder.encode(changed)[:, 0]))
    moved = np.linalg.norm(found[1:] - found[0], axis=1)
    assert moved.min() > 0.1 * moved.max()


def test_one_of_an_image_s_captions_is_drawn_each_as_often():
    model = small()
    both = [["a ring", "red rings"], ["two"]] * 500
    ids = model.text.encode(both)
    images = np.zeros((1000, 8, 8, 1), "uint8")
    drawn = model.prepare(images, ops.convert_to_tensor(ids))
    first = ops.convert_to_numpy(drawn.condition)[:, 0]
    assert set(first[1::2]) == {6}  # never what stands for no caption
    assert set(first[::2]) == {1, 3}
    assert 0.4 < np.mean(first[::2] == 1) < 0.6


def test_walks_keep_the_captions_that_they_are_given():
    model = small()
    random = np.random.RandomState(0)
    for variable in model.generator.trainable_variables:
        variable.assign(random.standard_normal(variable.shape))
    for labels, captions in ((0, CAPTIONS[:1] * 2), (CAPTIONS[:2], CAPTIONS[:2])):
        walk = kgz.latent.interpolate(model, [0, 1], [2, 3], frames=2, labels=labels)
        latents = np.concatenate([model.latents(1, seed) for seed in (0, 1)])
        start = model.generate(captions, latents=latents)
        assert np.abs(walk.samples[:, 0].astype(int) - start).max() <= 1
        assert (walk.samples[:, 1] != start).any()


def test_edits_and_projections_keep_their_captions():
    model = small()
    random = np.random.RandomState(0)
    for variable in model.generator.trainable_variables:
        variable.assign(random.standard_normal(variable.shape))
    latents = model.latents(1, 0)
    directions = kgz.latent.sefa(model, num=3).vectors
    strip = kgz.latent.edit(model, 0, directions, [0, 1], labels=CAPTIONS)
    images = model.generate(CAPTIONS, latents=latents.repeat(3, axis=0))
    assert np.abs(strip.samples[:, 0].astype(int) - images).max() <= 1
    strip = kgz.latent.edit(model, 0, directions, [0, 1])  # all of the first example
    assert (strip.samples[:, 0] == strip.samples[:1, 0]).all()
    found = kgz.latent.project(
        model, images, labels=CAPTIONS, steps=2, samples=4, starts=2, verbose=0
    )
    again = model.generate(CAPTIONS, latents=found.latents)
    assert np.abs(found.samples.astype(int) - again).max() <= 1


IMAGES = np.zeros((5, 8, 8, 3), "uint8")
FIVE = [*CAPTIONS, *CAPTIONS[:2]]


def without_words(kind=kgz.DFGAN):
    encoder = text.WordEncoder(dim=4, word_dim=3)
    return kind((8, 8, 3), 4, encoder, base_channels=1, seed=0)


@pytest.mark.parametrize("kind", [kgz.DFGAN, kgz.GANCLS])
def test_the_last_batch_may_be_one_image(kind):
    losses = without_words(kind).fit(IMAGES, FIVE, batch_size=2, verbose=0).history
    assert np.isfinite(list(losses.values())).all()


@pytest.mark.parametrize("kind", [kgz.DFGAN, kgz.GANCLS])
def test_no_image_is_taught_to_refuse_its_own_caption(kind):
    encoder = text.WordEncoder(dim=4, word_dim=3).of(FIVE)
    model = kind((8, 8, 3), 4, encoder, base_channels=1, seed=0)
    ids = model.encoded(FIVE)
    model.compile(loss="least_squares")  # whose two slopes do not cancel

    def slope(num):
        batch = model.prepare(IMAGES[:num], ids[:num])
        fake, sentences, *between = model.sample_like(batch)
        if between:
            means = ops.convert_to_numpy(ops.stop_gradient(between[1]))
            own = ops.convert_to_numpy(ops.stop_gradient(sentences))
            assert len(means) == (num + 1) // 2
            expected = (own[: len(means)] + own[-len(means) :]) / 2
            np.testing.assert_allclose(means, expected, rtol=1e-5, atol=1e-6)

        def loss(sentences):
            own = batch._replace(condition=sentences)
            return model.discriminator_terms(own, fake)["matching_loss"]

        found = gradient(loss, ops.stop_gradient(sentences))
        return np.abs(ops.convert_to_numpy(ops.stop_gradient(found))).max()

    assert slope(1) == 0 < slope(2)


def test_fit_takes_columns_and_tensors_of_strings():
    tensorflow = pytest.importorskip("tensorflow")
    expected = ("a", "don't-know", "red", "ring", "rings", "two")
    for captions in (pd.Series(FIVE), tensorflow.constant(FIVE)):
        model = without_words()
        model.fit(IMAGES, captions, batch_size=4, verbose=0)
        assert model.text.words == expected
    for missing in ([None, *FIVE[1:]], [[], *FIVE[1:]], [None] * 5, set(FIVE)):
        with pytest.raises(ValueError, match="Captions must be strings"):
            without_words().fit(IMAGES, missing, verbose=0)
    with pytest.raises(ValueError, match="5 images and 2 captions"):
        without_words().fit(IMAGES, FIVE[:2], verbose=0)


class Strings(keras.utils.PyDataset):
    """Strings beside images."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return IMAGES[:2], FIVE[:2]


@pytest.mark.parametrize("kind", ["tensorflow", "keras", "generator", "torch"])
def test_a_data_set_of_strings_is_told_what_to_yield(kind):
    if kind == "tensorflow":
        tensorflow = pytest.importorskip("tensorflow")
        data = tensorflow.data.Dataset.from_tensor_slices((IMAGES, FIVE)).batch(2)
    elif kind == "torch":
        if keras.backend.backend() != "torch":
            pytest.skip("a data set of PyTorch's")
        torch = pytest.importorskip("torch")
        pairs = list(zip(IMAGES, FIVE, strict=True))
        data = torch.utils.data.DataLoader(pairs, batch_size=2)
    else:
        strings = (pair for pair in [(IMAGES, FIVE)])
        data = Strings() if kind == "keras" else strings
    model = small() if kind == "generator" else without_words()
    with pytest.raises(ValueError, match=r"yield model\.text\.encode\(captions\)"):
        model.fit(data, verbose=0)


def test_a_generator_of_numbers_is_read_from_its_first_batch_on():
    model = without_words()
    ids = model.encoded(FIVE)
    model.fit(((IMAGES, ids) for _ in range(4)), steps_per_epoch=2, verbose=0)
    assert int(model.images_seen) == 10
    first, rest = text.peeked(each for each in [1, 2, 3])
    assert first == 1 and list(rest) == [1, 2, 3]
    first, rest = text.peeked(each for each in [])
    assert first is None and list(rest) == []


def test_images_are_drawn_of_strings_of_any_kind():
    model = small()
    two = ["a red ring", "two rings"]
    expected = model.generate(two, seed=0)
    for captions in (
        tuple(two),
        pd.Series(two),
        np.array(two),
        [each.encode() for each in two],
        [[each] for each in two],
    ):
        np.testing.assert_array_equal(model.generate(captions, seed=0), expected)
    alone = model.generate(two[0], seed=0)
    for caption in (np.array(two[0]), two[0].encode()):
        np.testing.assert_array_equal(model.generate(caption, seed=0), alone)


def test_what_no_image_can_be_drawn_of_is_refused_in_words():
    model = small()
    for wrong, message in (
        ({"a ring"}, "Captions must be strings.*a set"),
        ((each for each in ["a ring"]), "Captions must be strings.*a generator"),
        ([], "Captions must be strings.*nothing"),
        ([None], "Captions must be strings.*None at 0"),
        (np.zeros(0, "int32"), "Captions must be strings.*nothing"),
        ([["a", "ring"], ["two"]], "drawn of one caption.*'ring'"),
        ([[0.1], [0.2, 0.3]], "Captions are a string.*Received"),
        (np.zeros(4), "Captions are a string.*Received"),
        (True, "Captions are a string.*True"),
    ):
        with pytest.raises(ValueError, match=message):
            model.generate(wrong, seed=0)
    for labels in ([0, 99], [-1]):
        with pytest.raises(ValueError, match=r"from 0 to 2.*Received"):
            model.generate(labels=labels, seed=0)
    for num in (3.0, 1, True):
        with pytest.raises(ValueError, match=r"from 2 on.*Received: num="):
            model.interpolate("a ring", "two", num=num)
    with pytest.raises(ValueError, match="two strings.*str and ndarray"):
        model.interpolate("a ring", np.zeros(4))

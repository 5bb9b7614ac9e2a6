"""Captions on the host: what counts as one, words and their numbers, one of several."""

import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import text

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
    assert not text.is_text(np.zeros((2, 3))) and not text.is_text([])
    for wrong in (["a", []], ["a", 3], [["a", None]], []):
        with pytest.raises(ValueError, match="Captions must be strings"):
            text.listed(wrong)


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

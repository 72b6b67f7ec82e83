"""PROTOCOL.md's shapes and parameter counts, and the spectrogram pair."""

import pytest
import torch

from ucrbench.models.layers.pairs import DoublingConv, HalvingConv
from ucrbench.models.networks import Decoder, Encoder, widest
from ucrbench.models.spectrogram import Spectrogram, inverse_length


@pytest.mark.parametrize(
    ("length", "latent", "encoder_parameters", "decoder_parameters"),
    [
        (24, (64, 5, 6), 167_104, 166_452),
        (96, (64, 5, 12), 216_448, 215_796),
        (140, (64, 5, 8), 265_792, 265_140),
        (500, (64, 5, 15), 315_136, 314_484),
        (1024, (64, 5, 8), 413_824, 413_172),
        (2709, (64, 5, 10), 463_168, 462_516),
    ],
)
def test_shapes_and_parameter_counts(length, latent, encoder_parameters, decoder_parameters):
    encoder, decoder = Encoder(length), Decoder(length)
    z = encoder(torch.randn(2, 1, length))
    assert z.shape[1:] == latent == encoder.latent_shape
    assert sum(p.numel() for p in encoder.parameters()) == encoder_parameters
    assert sum(p.numel() for p in decoder.parameters()) == decoder_parameters
    assert decoder(z).shape == (2, 1, inverse_length(length))


@pytest.mark.parametrize("length", [5, 24, 140, 1024])
def test_the_widest_layer_is_the_largest_there_is(length):
    sizes = []
    for network, given in (encoder := Encoder(length), (3, 1, length)), (Decoder(length), (3, *encoder.latent_shape)):
        for module in network.modules():
            module.register_forward_hook(lambda _, __, out: sizes.append(out[0].numel()))
        network.eval()(torch.randn(given))
    assert max(sizes) == widest(length)


@pytest.mark.parametrize("length", [8, 15, 24, 80, 131, 500, 1751, 2844])
def test_spectrogram_is_torch_stft_and_its_inverse_the_identity(length):
    x = torch.randn(3, 1, length, dtype=torch.float32)
    pair = Spectrogram()
    u = pair(x)
    assert u.shape == (3, 2, 5, length // 2 + 1)
    expected = torch.stft(x[:, 0], 8, 2, window=torch.hann_window(8), return_complex=True)
    torch.testing.assert_close(torch.view_as_complex(u.permute(0, 2, 3, 1).contiguous()), expected)
    torch.testing.assert_close(pair.inverse(u), x[..., : inverse_length(length)], atol=1e-5, rtol=1e-5)


def test_inverse_of_any_spectrogram_is_torch_istft():
    u = torch.randn(3, 2, 5, 40)
    spectrum = torch.view_as_complex(u.permute(0, 2, 3, 1).contiguous())
    expected = torch.istft(spectrum, 8, 2, window=torch.hann_window(8))
    torch.testing.assert_close(Spectrogram().inverse(u)[:, 0], expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("length", [8, 9, 15, 16, 23, 46])
def test_the_shortest_series_pass_through(length):
    x = torch.randn(2, 1, length)
    assert Decoder(length)(Encoder(length)(x)).shape == (2, 1, inverse_length(length))


def test_resize_is_bilinear_with_aligned_corners():
    decoder = Decoder(140)
    y = torch.randn(2, 2, 5, decoder.resize.shape[0])
    expected = torch.nn.functional.interpolate(y, (5, 71), mode="bilinear", align_corners=True)
    torch.testing.assert_close(y @ decoder.resize, expected)


@pytest.mark.parametrize("width", [2, 7, 8, 14])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_convolutions_over_pairs_are_the_plain_ones(width, layout):
    torch.manual_seed(0)
    u = torch.randn(3, 6, 5, width, dtype=torch.float64).contiguous(memory_format=layout).requires_grad_()
    down = torch.nn.Conv2d(6, 4, (3, 4), stride=(1, 2), padding=1, padding_mode="replicate").double()
    up = torch.nn.ConvTranspose2d(6, 4, (3, 4), stride=(1, 2), padding=(1, 1)).double()
    for plain, ours in ((down, HalvingConv(6, 4).double()), (up, DoublingConv(6, 4).double())):
        ours.load_state_dict(plain.state_dict())
        torch.testing.assert_close(ours(u), expected := plain(u))
        weight = torch.randn_like(expected)
        for mine, theirs in zip(
            torch.autograd.grad((ours(u) * weight).sum(), [u, *ours.parameters()]),
            torch.autograd.grad((expected * weight).sum(), [u, *plain.parameters()]),
            strict=True,
        ):
            torch.testing.assert_close(mine, theirs)

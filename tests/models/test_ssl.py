import pytest
import torch

from ucrbench.models.errors import ModelError
from ucrbench.models.joint import together
from ucrbench.models.ssl import LOSSES, IterNorm, Projector, pool

SHAPES = [(6, 40), (40, 6), (10, 15), (8, 8), (2, 3)]  # D > 2N, D < N, N < D < 2N, D = N, smallest


def off_diagonal(matrix):
    return matrix[~torch.eye(len(matrix), dtype=torch.bool)]


def direct_barlow(a, b):
    def norm(z):
        return (z - z.mean(0)) / (z.var(0, correction=0) + 1e-5).sqrt()

    c = norm(a).T @ norm(b) / len(a)
    return ((c.diagonal() - 1).pow(2).sum() + 0.005 * off_diagonal(c).pow(2).sum()) / a.shape[1]


def direct_variance(z):
    return torch.clamp(1 - torch.sqrt(z.var(0) + 1e-4), min=0).mean()


def direct_vicreg(a, b):
    covariance = sum(off_diagonal(torch.cov(z.T)).pow(2).sum() / z.shape[1] for z in (a, b))
    variance = direct_variance(a) + direct_variance(b)
    return 0.01 * (25 * (a - b).pow(2).mean() + 25 * variance + covariance)


def direct_vibcreg(a, b):
    covariance = sum(off_diagonal(torch.corrcoef(z.T)).pow(2).sum() / z.shape[1] ** 2 for z in (a, b))
    variance = direct_variance(a) + direct_variance(b)
    return 0.01 * (25 * (a - b).pow(2).mean() + 25 * variance + 100 * covariance)


DIRECT = {"barlow": direct_barlow, "vicreg": direct_vicreg, "vibcreg": direct_vibcreg}


def views(n, width, dtype=torch.float64):
    generator = torch.Generator().manual_seed(n * 100 + width)
    a = torch.randn(n, width, generator=generator, dtype=torch.float64) * 0.8 + 3
    b = a + 0.3 * torch.randn(n, width, generator=generator, dtype=torch.float64)
    return a.to(dtype).requires_grad_(), b.to(dtype).requires_grad_()


@pytest.mark.parametrize("name", DIRECT)
@pytest.mark.parametrize("shape", SHAPES)
def test_values_and_gradients_are_those_of_the_direct_formula(name, shape):
    a, b = views(*shape)
    got, expected = LOSSES[name]()(a, b), DIRECT[name](a, b)
    torch.testing.assert_close(got, expected, rtol=1e-10, atol=1e-12)
    for ours, theirs in zip(torch.autograd.grad(got, (a, b)), torch.autograd.grad(expected, (a, b)), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("name", DIRECT)
@pytest.mark.parametrize("shape", [(128, 1024), (64, 32)])
def test_single_precision_is_close_to_double(name, shape):
    a, b = views(*shape, dtype=torch.float32)
    expected = DIRECT[name](a.double(), b.double())
    torch.testing.assert_close(LOSSES[name]()(a, b).double(), expected, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_no_matrix_of_width_by_width_is_formed(name):
    a, b = views(4, 5000, dtype=torch.float32)
    largest = 0

    def pack(tensor):
        nonlocal largest
        largest = max(largest, tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        LOSSES[name]()(a, b).backward()
    assert largest <= a.numel()


def test_projector_has_the_protocols_parameters():
    with torch.device("meta"):
        projector = Projector(128, 4096)
        whitened = Projector(128, 4096, whiten=True)
    assert sum(p.numel() for p in projector.parameters()) == 34_107_392
    assert sum(p.numel() for p in whitened.parameters()) == 34_107_392


def test_pool_is_average_then_maximum():
    z = torch.randn(3, 5, 4, 6)
    expected = torch.cat((z.mean((2, 3)), z.amax((2, 3))), dim=1)
    torch.testing.assert_close(pool(z), expected)


def test_iterative_normalisation_whitens_groups():
    torch.manual_seed(0)
    x = torch.randn(4000, 6, dtype=torch.float64) @ (torch.eye(6, dtype=torch.float64) + 0.3)
    z = IterNorm(3, iterations=12)(x)
    torch.testing.assert_close(z.mean(0), torch.zeros(6, dtype=torch.float64), atol=1e-10, rtol=0)
    covariance = z.T @ z / len(z)
    for group in (slice(0, 3), slice(3, 6)):
        torch.testing.assert_close(covariance[group, group], torch.eye(3).double(), atol=1e-3, rtol=0)
    # Each group is whitened on its own, by the symmetric root: what lies between groups stays correlated.
    assert covariance[:3, 3:].abs().max() > 0.1
    root = torch.linalg.inv(torch.cov(x[:, :3].T, correction=0))
    values, vectors = torch.linalg.eigh(root)
    expected = (x[:, :3] - x[:, :3].mean(0)) @ (vectors * values.sqrt()) @ vectors.T
    torch.testing.assert_close(z[:, :3], expected, atol=1e-2, rtol=0)


def test_iterative_normalisation_bears_fewer_series_than_features():
    torch.manual_seed(0)
    x = torch.randn(16, 128, requires_grad=True)
    z = Projector(128, 128, whiten=True)(x)
    z.square().mean().backward()
    assert torch.isfinite(z).all()
    assert torch.isfinite(x.grad).all()
    with pytest.raises(ModelError, match="take a multiple of 64"):
        Projector(128, 100, whiten=True)


def test_a_pass_over_both_views_that_fails_leaves_the_network_as_it_was():
    projector = Projector(12, 64)
    with pytest.raises(RuntimeError, match="shape"):
        together(projector, projector, torch.zeros(9, 13), torch.zeros(9, 13))
    assert not any("forward" in vars(module) for module in projector)


@pytest.mark.parametrize("whiten", [False, True])
def test_both_views_at_once_are_one_after_the_other(whiten):
    torch.manual_seed(0)
    projector = Projector(12, 64, whiten).double()
    a, b = torch.randn(2, 9, 12, dtype=torch.float64)
    for ours, expected in zip(together(projector, projector, a, b), (projector(a), projector(b)), strict=True):
        torch.testing.assert_close(ours, expected)

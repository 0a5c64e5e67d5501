"""Weighted least squares under linear identities: estimates, covariance, parity space.

The identities ``A x = b`` are met exactly by writing ``x = x_p + N z`` with ``N`` a basis of the
null space of ``A``; the whitened observations are then ``H z`` plus unit noise, with
``H = diag(1/sigma) C N``. With the singular value decomposition ``H = U1 S V1'`` and ``U2`` the
rest of ``U``:

    x_hat = x_p + G U1' y_w,   cov(x_hat) = G G',   G = N V1 S^-1
    p     = U2' y_w  ~  Normal(0, I)   without gross errors; |p|^2 is the sum of squares

``p`` is the parity vector. An error of ``k`` sigma in observation ``i`` moves its mean by
``k U2[i]``, so ``|U2[i]|`` says how visible it is, and two observations with collinear rows of
``U2`` cannot be told apart.

References: Crowe, Garcia Campos & Hrymak 1983, doi:10.1002/aic.690290602 (projection);
Narasimhan & Jordache 2000, Data Reconciliation and Gross Error Detection, ch. 3 and 7; Potter &
Suman 1977 (parity space). Golub & Van Loan 2013, Matrix Computations, sections 5.5 and 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Floats = NDArray[np.float64]

RANK = 1e-9
"""Singular values below this, of rows of unit length in scaled variables, are zero."""

DETERMINED = 1e-6
"""Share of a variable's direction outside what is observed, above which it is unobservable."""


@dataclass(frozen=True, slots=True)
class Affine:
    """All solutions ``x = scale * (z_p + N z)`` of the identities, in scaled variables.

    Attributes
    ----------
    scale : ndarray of shape (n,)
    particular : ndarray of shape (n,)
    basis : ndarray of shape (n, n - rank)
        Orthonormal columns.
    rank : int
    misfit : float
        Largest misfit of a row of unit length: above about 1e-8 the rows contradict each other.
    """

    scale: Floats
    particular: Floats
    basis: Floats
    rank: int
    misfit: float


def unit_rows(A: Floats, b: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Rows ``A x = b`` in scaled variables, each of unit length."""
    rows = A * scale
    length = np.linalg.norm(rows, axis=1)
    length[length == 0.0] = 1.0
    return rows / length[:, None], b / length


def affine(A: Floats, b: Floats, scale: Floats) -> Affine:
    """Solve the identities for all that they leave open."""
    n = scale.size
    if A.shape[0] == 0:
        return Affine(scale, np.zeros(n), np.eye(n), 0, 0.0)
    rows, right = unit_rows(A, b, scale)
    U, s, Vt = linalg.svd(rows, full_matrices=True)
    rank = int(np.sum(s > RANK))
    particular = Vt[:rank].T @ ((U[:, :rank].T @ right) / s[:rank])
    misfit = float(np.max(np.abs(rows @ particular - right)))
    return Affine(scale, particular, Vt[rank:].T.copy(), rank, misfit)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Weighted least squares over all observations.

    Attributes
    ----------
    x : ndarray of shape (n,)
        Estimates; where unobservable, the solution nearest to the point linearised at.
    gain : ndarray of shape (n, m)
        d x / d whitened observation.
    root : ndarray of shape (n, rank)
        ``G`` of the module: ``cov = root @ root.T``.
    open : ndarray of bool, shape (n,)
        Unobservable.
    fixed : ndarray of bool, shape (n,)
        Determined by the identities alone.
    parity : ndarray of shape (dof,)
    directions : ndarray of shape (m, dof)
        ``U2`` of the module.
    residual : ndarray of shape (m,)
        Whitened observation minus estimate.
    """

    x: Floats
    gain: Floats
    root: Floats
    open: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    parity: Floats
    directions: Floats
    residual: Floats

    @property
    def dof(self) -> int:
        """Degrees of freedom."""
        return int(self.parity.size)

    @property
    def chi2(self) -> float:
        """Sum of squared whitened residuals."""
        return float(self.parity @ self.parity)


def least_squares(space: Affine, C: Floats, y: Floats, sigma: Floats) -> Estimate:
    """Estimate ``x`` from ``C x = y + noise`` within an affine space.

    Parameters
    ----------
    space : Affine
        What the identities allow.
    C : ndarray of shape (m, n)
        Combinations observed.
    y : ndarray of shape (m,)
        Values observed.
    sigma : ndarray of shape (m,)
        Their standard errors.
    """
    n, m = space.scale.size, y.size
    scaled = C * space.scale
    open_rows = scaled @ space.basis
    length = np.linalg.norm(scaled, axis=1)
    length[length == 0.0] = 1.0
    visible = open_rows / length[:, None]
    visible[np.linalg.norm(visible, axis=1) < RANK] = 0.0
    # what is observable does not depend on the weights: decide it on rows of unit length
    rank, rowspace = _rowspace(visible)
    weight = length / sigma
    H = visible * weight[:, None]
    white = (y - scaled @ space.particular) / sigma
    U, s, Vt = _svd(H @ rowspace.T)
    s = s[:rank]
    right = rowspace.T @ Vt[:rank].T
    root = (space.scale[:, None] * (space.basis @ right)) / s
    U1, U2 = U[:, :rank], U[:, rank:]
    x = space.scale * space.particular + root @ (U1.T @ white)
    size = np.linalg.norm(space.basis, axis=1)
    outside = space.basis - (space.basis @ rowspace.T) @ rowspace
    fixed = size < RANK
    is_open = ~fixed & (np.linalg.norm(outside, axis=1) > DETERMINED * size)
    parity = U2.T @ white
    return Estimate(
        x=x, gain=root @ U1.T if m else np.zeros((n, 0)), root=root, open=is_open, fixed=fixed,
        parity=parity, directions=U2, residual=U2 @ parity,
    )  # fmt: skip


def _rowspace(rows: Floats) -> tuple[int, Floats]:
    _, s, Vt = _svd(rows)
    rank = int(np.sum(s > RANK))
    return rank, Vt[:rank]


def _svd(matrix: Floats) -> tuple[Floats, Floats, Floats]:
    if 0 in matrix.shape:
        m, n = matrix.shape
        return np.eye(m), np.zeros(0), np.eye(n)
    U, s, Vt = linalg.svd(matrix, full_matrices=True)
    return U, s, Vt

"""The quantile of Student's t, without a statistics library."""

from __future__ import annotations

import math


def t_quantile(two_sided_frac: float, degrees: int) -> float:
    r"""Half-width, in standard errors, of an interval that holds Student's t with a given probability.

    For a whole number of degrees of freedom :math:`\nu` the probability is a finite sum. With
    :math:`\theta = \arctan(t/\sqrt\nu)`

    .. math:: P(|T| \le t) = \begin{cases}
              \frac{2}{\pi}\left[\theta + \sin\theta\left(\cos\theta + \frac{2}{3}\cos^3\theta + \dots
              + \frac{2\cdot 4\cdots(\nu-3)}{3\cdot 5\cdots(\nu-2)}\cos^{\nu-2}\theta\right)\right]
              & \nu\ \text{odd} \\
              \sin\theta\left(1 + \frac{1}{2}\cos^2\theta + \frac{1\cdot 3}{2\cdot 4}\cos^4\theta + \dots
              + \frac{1\cdot 3\cdots(\nu-3)}{2\cdot 4\cdots(\nu-2)}\cos^{\nu-2}\theta\right)
              & \nu\ \text{even} \end{cases}

    which grows with :math:`\theta`; it is solved for :math:`\theta` by bisection.

    Parameters
    ----------
    two_sided_frac
        Probability inside, above 0 and below 1: 0.95 for a 95 % interval.
    degrees
        Degrees of freedom, from 1 to 1,000,000: the number of values less one, for their mean.

    References
    ----------
    Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.

    Examples
    --------
    >>> round(t_quantile(0.95, 1), 4), round(t_quantile(0.95, 9), 4), round(t_quantile(0.95, 1000), 4)
    (12.7062, 2.2622, 1.9623)
    """
    if not 0.0 < two_sided_frac < 1.0 or not 1 <= degrees <= 1_000_000:
        raise ValueError(
            f"a probability of {two_sided_frac} with {degrees} degrees of freedom; "
            "allowed: above 0 and below 1, with 1 to 1,000,000"
        )
    low, high = 0.0, 0.5 * math.pi
    while True:
        middle = 0.5 * (low + high)
        if middle in {low, high}:
            return math.sqrt(degrees) * math.tan(middle)
        if _inside(middle, degrees) < two_sided_frac:
            low = middle
        else:
            high = middle


def _inside(theta: float, degrees: int) -> float:
    """Probability that t lies within ``sqrt(degrees) * tan(theta)`` of 0."""
    sine, cosine = math.sin(theta), math.cos(theta)
    odd = degrees % 2
    term = cosine if odd else 1.0
    total = term if degrees > 1 else 0.0
    for k in range(2 + odd, degrees - 1, 2):
        term *= (k - 1) / k * cosine * cosine
        total += term
        if term < 1e-18 * total:
            break
    return (theta + sine * total) * 2.0 / math.pi if odd else sine * total

"""The Singleowner module's own search for a price that meets a target return."""

from __future__ import annotations


class PriceSearch:
    """Steps of 10 cents until the target lies between two prices, then a weighted false position."""

    def __init__(self, low: float, high: float, stop: float) -> None:
        self.low, self.high, self.stop = low, high, stop
        self.weight_low = self.weight_high = 1.0
        self.price = 0.0
        self.found = False
        self.falling: bool | None = None

    def next_price(self) -> float:
        """Return the price to try next, in US cents."""
        if self.found:
            weighted = self.weight_low * self.high + self.weight_high * self.low
            self.price = weighted / (self.weight_low + self.weight_high)
        return self.price

    def is_narrow(self) -> bool:
        """Whether the two prices are as near to each other as the module asks."""
        wide = max(self.low, self.high)
        return abs(self.low - self.high) / (wide if wide > self.stop else 1.0) < self.stop

    def learn(self, worth: float) -> None:
        """Take in the net present value, at the target rate, of the price just tried."""
        above, weight, price = worth >= 0.0, abs(worth), self.price
        if self.found:
            if above:
                self.high, self.weight_high = price, weight
            else:
                self.low, self.weight_low = price, weight
            return
        if self.falling is None:
            self.falling = above
        if self.falling and above:
            self.low, self.weight_low, self.price = price, weight, price - 10.0
        elif self.falling:
            self.high, self.weight_high = self.low, self.weight_low
            self.low, self.weight_low, self.found = price, weight, True
        elif not above:
            self.high, self.weight_high, self.price = price, weight, price + 10.0
        else:
            self.low, self.weight_low = self.high, self.weight_high
            self.high, self.weight_high, self.found = price, weight, True
        if abs(self.low - self.high) < self.stop:
            self.low = self.high - 2.0 * self.stop

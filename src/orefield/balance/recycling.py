"""Where scrap comes from: workshops (new scrap) and the end of life (old scrap).

Two kinds that are never added up unnamed:

* **new scrap** (prompt scrap) arises when semis are made into products; its metal was
  never in use. It is a *process yield*: what is not product is new scrap.
* **old scrap** arises when products leave use. Products go to waste streams; of a stream
  a share is *collected*, and of what is collected a share is *sorted* into scrap.

Sources: layout of streams, collection and separation after Gloeser, Soulier & Tercero
Espinoza (2013), *Dynamic analysis of global copper flows*, Environ. Sci. Technol. 47(12),
6564-6572, doi:10.1021/es400069b.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.balance._checks import FloatArray, checked, checked_labels, checked_shares, spread
from orefield.core.errors import InputError


@dataclass(frozen=True)
class FabricationFlows:
    """What becomes of the metal that semis makers melt, t contained per year.

    Per draw and year, shape (n_draws, n_years), or by sector, (n_draws, n_sectors,
    n_years). Net trade is split into two directed flows, of which one is zero.
    """

    semis_loss_t: FloatArray
    semis_exports_t: FloatArray
    semis_imports_t: FloatArray
    semis_to_fabrication_t: FloatArray
    new_scrap_t: FloatArray
    new_scrap_lost_t: FloatArray
    product_exports_by_sector_t: FloatArray
    product_imports_by_sector_t: FloatArray
    to_use_by_sector_t: FloatArray


@dataclass(frozen=True)
class Fabrication:
    """From metal melted by semis makers to products that enter use.

    Every rate holds for all years. "Net exports" are exports less imports as a share of
    what was made; below 0 where more comes in than goes out.

    Parameters
    ----------
    semis_loss : ndarray of shape (n_draws or 1,)
        Share of the melted metal lost in dross and dust, 0 to 1.
    semis_net_exports : ndarray of shape (n_draws or 1,)
        Share of the semis made, -1 to 1.
    new_scrap_rate : ndarray of shape (n_draws or 1, n_sectors)
        1 - process yield of making products, 0 to 1.
    new_scrap_return : ndarray of shape (n_draws or 1,)
        Share of the new scrap that comes back to the scrap market, 0 to 1.
    product_net_exports : ndarray of shape (n_draws or 1, n_sectors)
        Share of the metal in finished products, -1 to 1.

    Raises
    ------
    InputError
        When a rate is out of range or not finite.
    """

    semis_loss: FloatArray
    semis_net_exports: FloatArray
    new_scrap_rate: FloatArray
    new_scrap_return: FloatArray
    product_net_exports: FloatArray

    def __post_init__(self) -> None:
        for name, axes, low in (
            ("semis_loss", ("draw",), 0.0),
            ("semis_net_exports", ("draw",), -1.0),
            ("new_scrap_rate", ("draw", "sector"), 0.0),
            ("new_scrap_return", ("draw",), 0.0),
            ("product_net_exports", ("draw", "sector"), -1.0),
        ):
            value = checked(name, getattr(self, name), axes, low=low, high=1.0)
            object.__setattr__(self, name, value)

    def apply(self, use_by_sector_t: FloatArray) -> FabricationFlows:
        """All flows that follow from use by sector (n_draws, n_sectors, n_years).

        The flows are proportional to use, so a use of 1 t gives coefficients.
        """
        n_draws, n_sectors, _ = use_by_sector_t.shape
        by_draw, by_sector = (n_draws,), (n_draws, n_sectors)
        loss = spread("semis_loss", self.semis_loss, by_draw)[:, None]
        net = spread("semis_net_exports", self.semis_net_exports, by_draw)[:, None]
        back = spread("new_scrap_return", self.new_scrap_return, by_draw)[:, None]
        scrap_rate = spread("new_scrap_rate", self.new_scrap_rate, by_sector)[:, :, None]
        product = spread("product_net_exports", self.product_net_exports, by_sector)[:, :, None]

        total = use_by_sector_t.sum(axis=1)
        made = total * (1.0 - loss)
        # Semis of all kinds trade alike: each sector's part of them leaves in proportion.
        for_sector = use_by_sector_t * ((1.0 - loss) * (1.0 - net))[:, :, None]
        new_scrap = (for_sector * scrap_rate).sum(axis=1)
        products = for_sector * (1.0 - scrap_rate)
        return FabricationFlows(
            semis_loss_t=total * loss,
            semis_exports_t=made * np.maximum(net, 0.0),
            semis_imports_t=made * np.maximum(-net, 0.0),
            semis_to_fabrication_t=made * (1.0 - net),
            new_scrap_t=new_scrap * back,
            new_scrap_lost_t=new_scrap * (1.0 - back),
            product_exports_by_sector_t=products * np.maximum(product, 0.0),
            product_imports_by_sector_t=products * np.maximum(-product, 0.0),
            to_use_by_sector_t=products * (1.0 - product),
        )


@dataclass(frozen=True)
class EndOfLife:
    """From products that leave use to old scrap, by waste stream.

    Of a sector's end-of-life metal a share goes to each waste stream, a share is lost at
    once (dissipated, mislaid) and a share is abandoned where it stands (buried cable);
    these sum to 1. Of a stream, ``collection`` x ``sorting`` is recovered as old scrap.

    Parameters
    ----------
    streams : tuple of str
        Waste streams, such as construction waste, end-of-life vehicles.
    split : ndarray of shape (n_sectors, n_streams + 2)
        Shares by stream, then *lost*, then *abandoned*; each row sums to 1.
    collection : ndarray of shape (n_draws or 1, n_streams, n_years or 1)
        End-of-life collection rate, 0 to 1.
    sorting : ndarray of shape (n_draws or 1, n_streams, n_years or 1)
        Separation and sorting efficiency, 0 to 1.

    Raises
    ------
    InputError
        When shapes disagree, a row does not sum to 1, or a rate is out of range.
    """

    streams: tuple[str, ...]
    split: FloatArray
    collection: FloatArray
    sorting: FloatArray

    def __post_init__(self) -> None:
        streams = checked_labels("streams", self.streams)
        split = checked_shares("end-of-life split", self.split, ("sector", "stream"))
        if split.shape[1] != len(streams) + 2:
            raise InputError(
                f"the end-of-life split has {split.shape[1]} columns for {len(streams)} streams",
                where="end-of-life split",
                fix="give one column per stream, then 'lost', then 'abandoned'",
            )
        object.__setattr__(self, "streams", streams)
        object.__setattr__(self, "split", split)
        for name in ("collection", "sorting"):
            axes = ("draw", "stream", "year")
            rate = checked(name, getattr(self, name), axes, low=0.0, high=1.0)
            if rate.shape[1] not in (1, len(streams)):
                raise InputError(
                    f"'{name}' has {rate.shape[1]} streams, the model {len(streams)}", where=name
                )
            object.__setattr__(self, name, rate)

    def rates(self, n_draws: int, n_years: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """What becomes of a tonne at its end of life: recovered, lost, abandoned.

        Returns
        -------
        tuple of three ndarrays of shape (n_draws, n_sectors, n_years)
            They sum to 1. The first is the end-of-life recycling rate by sector.
        """
        n_streams = len(self.streams)
        shape = (n_draws, n_streams, n_years)
        found = spread("collection", self.collection, shape) * spread(
            "sorting", self.sorting, shape
        )
        out = (n_draws, self.split.shape[0], n_years)
        recovered, lost = np.zeros(out), np.zeros(out)
        for stream in range(n_streams):
            share = self.split[None, :, stream, None]
            recovered += share * found[:, None, stream, :]
            lost += share * (1.0 - found[:, None, stream, :])
        lost += self.split[None, :, n_streams, None]
        abandoned = np.broadcast_to(self.split[None, :, n_streams + 1, None], out).copy()
        return recovered, lost, abandoned

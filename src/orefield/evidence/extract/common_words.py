"""Words that begin sentences and headlines with a capital, and are no names."""

from __future__ import annotations

_WORDS = """
direct combined cumulative quarterly monthly daily weekly mean unit planned proposed expected
some certain similar respective existing current remaining
3d a about according across activists additionally after ag against aisc all all-in almost
alongside also although alumina aluminium aluminum amid among amongst an analysts and annual
another any apart approved apr april around as asx at au aud aug august automation autonomous
average background based battery bauxite because before behind between beyond big both but by cad
call campaigners capacity capex capital cash cathode ceo cfo chairman chief cim clean cny co coal
cobalt commercial commissioning communities company concentrate conclusion construction
consumption contained coo copper cost costs critics cu day dec december definitive deforestation
demand despite dfs digital director discovered dividend domestic dr drilling due during dust each
early earnings ebitda economic eight eleven energy environment environmental epc esg estimate eur
even every executive expansion experts exploration exports fe feasibility feb february few figure
final financial first five for founded four fourth free friday from full further furthermore fy
gdp given global gold good grade grades green gross group growth h1 h2 half he head heavy her here
high higher highlight highlights his hkex how however hydroelectric i if imports in including
indicated inferred initial instead internet introduction inventories investment iot iron irr it
its jan january jorc jul july jun june just key koz kt large large-scale largest last late lce
lead leading least less li light lithium local located low lower lse main major manager manganese
many mar march may meanwhile measured metal metals mid mill mine mineral mines mining minister mn
mo molybdenum monday month more moreover most moz mr mrs ms mt much nameplate national nationwide
nearly net new next ni nickel nine no not note notes nov november now npv nyse oct october of
officials on once one only open operated operating operation operations opex or ore other our
outlook output over overall owing owned oz pb pea people pfs phase photo plant pollution port
ports power ppa pre-feasibility president price prices primary prior probable production
production-wise prof profit project proved proven q1 q2 q3 q4 quarter rail rare rather recent
recovery recycled recycling refined regional reo researchers reserve reserves residents resource
resources revenue rivers rmb sales saturday sec second secondary sep sept september seven several
shares she shipments shipping silver since sir six small small-scale smelter sn social solar some
source spodumene spokesman spokeswoman stage steady still stocks strong study subsequent such
summary sunday supply table tailings technical ten thanks that the their then there these they
third this those though three through throughput thursday thus tin to today total toward towards
toxic treo tsx tuesday tungsten twelve two under underground unlike up update updated uranium us
usd vacuum value villagers villagers' water we weak wednesday week what when where which while who
why wind with within without workers world worldwide year years years' yesterday yet you your
zero-waste zinc zn
"""

COMMON_WORDS = frozenset(_WORDS.split())
"""In small letters."""

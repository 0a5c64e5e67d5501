"""Words of measurement, and the kinds of unit that they go with."""

from __future__ import annotations

_MASS = frozenset({"mass"})
_PART = frozenset({"fraction", "points"})
_FLOW = frozenset({"mass", "money", "volume", "energy", "count", "bare"})

# name, words, kinds of unit it goes with
WORDS: tuple[tuple[str, str, frozenset[str]], ...] = (
    (
        "resource added",
        r"(?:new(?:ly)?|added|additional|discover\w*)\s(?:[a-z]+\s){0,4}(?:resources?|"
        r"reserves?)\b|has added|have been added|newly discovered|新增(?!日|年|产能|"
        r"处理)[^，。]{0,10}(?:资源|储量)|新增资源|探获|新发现",
        _MASS,
    ),
    ("reserve", r"\breserves?\b|储量", _MASS),
    (
        "resource",
        r"\bresources?\b|(?:mineral )?resource estimate|\bhosts?\b|endowment|inferred|"
        r"indicated|measured and|资源量|资源储量|保有[^，。]{0,6}资源|资源|伴生",
        _MASS,
    ),
    ("potential", r"\bpotential\b|prospective|projected stockpiles|远景|预测资源|潜力", _MASS),
    (
        "capacity",
        r"\bcapacity\b|\bnameplate\b|capable of|产能|生产能力|生产规模|规模",
        frozenset({"mass", "power", "energy", "volume", "money"}),
    ),
    (
        "throughput",
        r"\bthroughput\b|\bmill(?:ed|ing|s)\b|\bprocess(?:ed|es|ing)?\b|\btreat(?:ed|s|"
        r"ing)?\b|\bcrush\w*|\bore (?:mined|processed|treated)\b|处理|采选|选矿规模",
        _MASS,
    ),
    (
        "imports",
        r"\bimport(?:s|ed|ing)?\b|\barrivals\b|\bbought\b[^,.]{0,30}\babroad\b|bought|purchas\w+|进口",
        frozenset({"mass", "volume", "energy"}),
    ),
    ("exports", r"\bexport(?:s|ed|ing)?\b|\bshipp?ed\b|\bshipments?\b|出口", _FLOW),
    ("sales", r"\bsold\b|\bsales\b|\bdeliver\w+|销量|销售|售出", _FLOW),
    ("demand", r"\bdemand\b|\bconsum\w+|\bneeds\b|\busage\b|消费|需求|消耗", _FLOW),
    ("stocks", r"\binventor\w+|\bstockpiles?\b|\bstocks\b(?! of the)|库存", _MASS),
    ("deficit", r"\bdeficit\b|\bshortfall\b|\bshortage\b|缺口|短缺", _MASS),
    ("surplus", r"\bsurplus\b|过剩", _MASS),
    (
        "transport",
        r"\bcarr(?:y|ies|ied)\b|\bhaul\w*|\btransport\w*|\bmoves?\b(?= [0-9])|运输|运能",
        _MASS,
    ),
    (
        "emissions",
        r"\bemi(?:t|ts|tted|ssions?)\b|\bCO2e?\b|carbon dioxide|greenhouse gas|排放",
        _MASS,
    ),
    (
        "waste",
        r"\btailings\b|\bwaste rock\b|\bslag\b|\bspill\w*|尾矿|废石|固废",
        frozenset({"mass", "volume"}),
    ),
    (
        "production",
        r"\bproduc(?!ts?\b)\w+|\boutput\b|\bextract\w*|\byield\w*|\bmined\b|\bpour\w*|\brefin(?:ed|es|"
        r"e)\b|\bsmelt(?:ed|s)\b|\bturn(?:s|ed) out\b|产量|生产|年产|产铜|产金|"
        r"矿产(?=[铜金银锌铅])|"
        r"产(?=[铜金银锌铅钼锂镍钴])|冶炼",
        frozenset({"mass", "volume", "energy", "count", "bare"}),
    ),
    ("supply", r"\bsuppl(?:y|ies|ied)\b|供应", _FLOW),
    # fractions
    (
        "growth",
        r"\b(?:up|down)\b|\b(?:ris|rose|increas|grow|grew|climb|jump|surg|soar|gain|fall|"
        r"fell|drop|declin|decreas|slip|slump|shr[aiu]nk|contract(?!s|ed to)|reduc|lower|"
        r"higher|more than in|cut|plung|slid|rally|rall|expan[ds]|recover(?:ed|s) by|added "
        r"[0-9])\w*|\bless than (?:a year|the year|in the same)|同比|环比|增长|下降|上涨|"
        r"下跌|增幅|降幅|增速|"
        r"上升|回落|增加|减少|下滑|年均",
        _PART,
    ),
    (
        "share",
        r"\baccount(?:s|ed|ing)? for|\bt(?:ook|akes)\b|"
        r"\bshare\b|\brepresent\w*|\bcover(?:s|ed|ing)?\b|"
        r"\bmak(?:e|es|ing) up|\bmade up|\bcontribut\w+|\bconstitut\w+|\bcompris\w+|"
        r"\bproportion\b|\bholds?\b|\bsuppl(?:y|ies|ied)\b|占|相当于|份额|比重|比例",
        _PART,
    ),
    (
        "grade",
        r"\bgrad(?:e|es|ing|ed)\b|品位|@|\bat (?=[0-9.]+ ?(?:%|g/t|ppm))|\bassay\w*|"
        r"\bcontent\b|\bpurity\b|含量",
        frozenset({"fraction", "grade"}),
    ),
    ("recovery", r"\brecover(?:y|ies|ed|s)\b|\bextraction rate|回收率|收率", _PART),
    ("recycling rate", r"\brecycl\w+|\breus\w+|end-of-life|再生利用|回收利用|循环利用", _PART),
    (
        "ownership share",
        r"\bstakes?\b|\b(?:[a-z-]*)owned\b|\bowns?\b|\binterest\b|\bshareholding\b|\bjoint "
        r"venture\b|\bequity\b|股权|持股|权益|控股",
        _PART,
    ),
    (
        "capacity utilisation",
        r"\butili[sz]ation\b|\boperating rates?\b|\bruns? at\b|\bof capacity\b|开工率|利用率",
        _PART,
    ),
    (
        "completion",
        r"\bcomplete\b(?!d (?:a|the|its))|完成(?:年度|全年|了|规划)*(?:计划|目标)|完成率|完工",
        _PART,
    ),
    ("self-sufficiency", r"\bself-sufficien\w+|自给率|自给|对外依存度", _PART),
    ("tax rate", r"\broyalt\w+|\btax(?:es|ed)?\b|\btariffs?\b|\bduty\b|税率|关税|资源税", _PART),
    ("margin", r"\bmargin\b|利润率", _PART),
    # money
    (
        "investment",
        r"\binvest\w*|\bcapital cost|\bcapex\b|\bcapital expenditure|\bspend\w*|\bspent\b|"
        r"\bdevelopment cost|\bat a cost\b|\bcosting\b|\b(?:will|would|to) cost\b|"
        r"\bbudget\w*|\bworth\b|投资|资本开支|资本支出|造价|投入",
        frozenset({"money"}),
    ),
    ("purchase price", r"\bbought\b|\bacquir\w+|\bsold\b|收购", frozenset({"money"})),
    ("cost", r"\bcosts?\b|\bAISC\b|成本", frozenset({"money", "price"})),
    (
        "revenue",
        r"\brevenues?\b|\bsales\b|\bearn(?:s|ed)\b|\bturnover\b|营业收入|营收|收入",
        frozenset({"money"}),
    ),
    ("profit", r"\bprofits?\b|\bearnings\b|\bnet income\b|利润|盈利", frozenset({"money"})),
    ("EBITDA", r"\bEBITDA\b", frozenset({"money"})),
    (
        "price",
        r"\bpric\w+|\bpremiums?\b|\bbenchmark\b|\bcontracts? (?:touched|closed|settled|fell|"
        r"rose)\b|"
        r"加工费|升水|贴水|\btouch\w*|\btrad(?:e|ed|ing) at\b|\bquot\w+|价格|均价|价|\btariffs?\b|"
        r"\bpays?\b",
        frozenset({"price", "money"}),
    ),
    ("fine", r"\bfined?\b|\bpenalt\w+|\bcompensation\b|罚款|赔偿", frozenset({"money"})),
    ("output value", r"output value|产值", frozenset({"money"})),
    ("trade value", r"\btrade\b|\bexports?\b|\bimports?\b|贸易", frozenset({"money"})),
    # sizes
    ("depth", r"\bdeep\b|\bdepths?\b|\bbelow\b|\bshaft\b|深", frozenset({"length"})),
    (
        "altitude",
        r"\baltitude\b|\belevation\b|\babove sea level\b|\bmasl\b|海拔",
        frozenset({"length"}),
    ),
    ("drilled length", r"\bdrill\w*|钻探|进尺", frozenset({"length"})),
    (
        "distance",
        r"\baway\b|\bdistance\b|\b(?:north|south|east|west)\w*\s(?:of|from)\b|距",
        frozenset({"length"}),
    ),
    ("length", r"\blong\b|\blength\b|\brailway\b|\broad\b|\bpipeline\b|长", frozenset({"length"})),
    ("height", r"\bhigh\b|\bheight\b|\btall\b|高", frozenset({"length"})),
    (
        "thickness",
        r"\bthick\w*|\bintersect\w*|\breturned\b|\bintercept\w*|\bgrading\b|厚",
        frozenset({"length"}),
    ),
    (
        "area of land",
        r"\bclear(?:ed|ing)\b|\bforest\b|\bland\b|\bcover\w*|\bareas?\b|\bfarmland\b|"
        r"\bconcession\b|面积|占地",
        frozenset({"area"}),
    ),
    (
        "power",
        r"\bpower\b|\bsolar\b|\bwind\b|\belectric\w*|电|装机",
        frozenset({"power", "energy"}),
    ),
    ("water use", r"\bwater\b|水", frozenset({"volume"})),
    ("storage volume", r"库容|\bstorage\b|\breservoir\b", frozenset({"volume"})),
    (
        "mine life",
        r"\blife\b|\blifespan\b|\b(?:output|production|tonnes|ounces|operation)\b(?=[^.;]{0,60}\bover\s[0-9]+)|服务年限|寿命|可采年限",
        frozenset({"time"}),
    ),
    ("operating days", r"\bdays?\b|天", frozenset({"time"})),
    # ratios
    (
        "multiple",
        r"\b(?:doubl|tripl|trebl|quadrupl|halv|fold|times)\w*|倍|翻",
        frozenset({"ratio"}),
    ),
)
"""Name of the attribute, words that speak of it, kinds of figure that can be of it."""

"""Countries, large provinces, and what is called after them."""

from __future__ import annotations

DEMONYMS = {
    "Chinese": "China", "Chilean": "Chile", "Peruvian": "Peru", "Indonesian": "Indonesia",
    "Congolese": "Congo", "Zambian": "Zambia", "Australian": "Australia", "Canadian": "Canada",
    "Brazilian": "Brazil", "Mexican": "Mexico", "Russian": "Russia", "Indian": "India",
    "Guinean": "Guinea", "Mongolian": "Mongolia", "Kazakh": "Kazakhstan",
    "American": "United States", "Argentine": "Argentina", "Bolivian": "Bolivia",
    "Ecuadorian": "Ecuador", "Philippine": "Philippines", "Panamanian": "Panama",
    "Swedish": "Sweden", "Finnish": "Finland", "Polish": "Poland", "Serbian": "Serbia",
    "Turkish": "Turkey", "Iranian": "Iran", "Japanese": "Japan", "Korean": "Korea",
    "Tibetan": "Tibet", "European": "Europe", "African": "Africa", "Burmese": "Myanmar",
    "Vietnamese": "Vietnam", "Zimbabwean": "Zimbabwe", "Namibian": "Namibia",
    "Ghanaian": "Ghana", "Malian": "Mali", "Portuguese": "Portugal", "Spanish": "Spain",
    "German": "Germany", "Ukrainian": "Ukraine", "Uzbek": "Uzbekistan",
    "South African": "South Africa",
}  # fmt: skip
"""Country of each adjective."""

_OTHERS = (
    "Anhui", "Antofagasta Region", "Arizona", "Asia", "Beijing", "Botswana", "Bulgaria",
    "Chongqing", "DR Congo", "DRC", "Democratic Republic of Congo",
    "Democratic Republic of the Congo", "Fujian", "Gabon", "Gansu", "Greece", "Guangdong",
    "Guangxi", "Guizhou", "Hainan", "Hebei", "Heilongjiang", "Henan", "Hong Kong", "Hubei",
    "Hunan", "Inner Mongolia", "Jiangsu", "Jiangxi", "Jilin", "Laos", "Latin America",
    "Liaoning", "Madagascar", "Nevada", "New Caledonia", "Ningxia", "Norway", "Ontario",
    "Papua New Guinea", "Qinghai", "Quebec", "Queensland", "Shaanxi", "Shandong", "Shanghai",
    "Shanxi", "Sichuan", "South America", "Southeast Asia", "Taiwan", "Tanzania", "Tianjin",
    "U.S", "UK", "USA", "Western Australia", "Xinjiang", "Yunnan", "Zhejiang",
)  # fmt: skip

PLACES = frozenset({*DEMONYMS.values(), *_OTHERS})
"""Names that are places wherever they stand."""

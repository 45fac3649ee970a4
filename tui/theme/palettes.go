package theme

// The backgrounds that a theme names are the ones its contrast is proved
// against: the extremes and the commonest terminal schemes.
var (
	darkBackgrounds  = []string{"#000000", "#1e1e1e", "#1a1b26", "#282a36", "#002b36", "#2e3440"}
	lightBackgrounds = []string{"#ffffff", "#fafafa", "#fdf6e3", "#eff1f5"}
)

var darkPalette = palette{
	muted: "#aab2c5", faint: "#9ea6ba", accent: "#f0b866", link: "#8cc2ff", code: "#e3c7a0",
	red: "#ff9a94", orange: "#f5ab72", yellow: "#f0cf7a", green: "#93d694", blue: "#8cc2ff", plum: "#d8b0ff",
	rule:     "#767e92",
	selected: "#2f3646", onSelected: "#ffffff",
	match: "#5a4a12", onMatch: "#fff3c4", current: "#f0b866", onCurrent: "#1a1408",
	backgrounds: darkBackgrounds,
	heat:        [5]string{"#767e92", "#6f8f70", "#7fae80", "#8fcb90", "#a6eaa7"},
	series:      []string{"#f0b866", "#8cc2ff", "#93d694", "#d8b0ff", "#ff9a94", "#7fd8d4"},
	again:       "#ff9a94", hard: "#f5ab72", good: "#93d694", easy: "#8cc2ff",
	comment: "#9ea6ba", keyword: "#d8b0ff", typ: "#7fd8d4", function: "#8cc2ff", str: "#a9d89a",
	number: "#f5ab72", constant: "#f5ab72", tag: "#ff9a94", oper: "#c3cad9",
}

var lightPalette = palette{
	muted: "#50586a", faint: "#5d6577", accent: "#8a4b00", link: "#0b57b8", code: "#7a3e12",
	red: "#b3261e", orange: "#9a4a00", yellow: "#7a5600", green: "#1e6b2e", blue: "#0b57b8", plum: "#7a2fb0",
	rule:     "#7d8494",
	selected: "#e6e2d6", onSelected: "#14171c",
	match: "#ffe9a8", onMatch: "#2b2200", current: "#8a4b00", onCurrent: "#ffffff",
	backgrounds: lightBackgrounds,
	heat:        [5]string{"#7d8494", "#5f956c", "#4b8a5a", "#2c713d", "#12561f"},
	series:      []string{"#8a4b00", "#0b57b8", "#1e6b2e", "#7a2fb0", "#b3261e", "#00686b"},
	again:       "#b3261e", hard: "#9a4a00", good: "#1e6b2e", easy: "#0b57b8",
	comment: "#5d6577", keyword: "#7a2fb0", typ: "#00686b", function: "#0b57b8", str: "#1e6b2e",
	number: "#9a4a00", constant: "#9a4a00", tag: "#b3261e", oper: "#3b4252",
}

// The high-contrast palettes keep at least 7:1, the enhanced level of WCAG 2.1.
var contrastDarkPalette = palette{
	muted: "#e6e6e6", faint: "#d9d9d9", accent: "#ffe14d", link: "#7fe9ff", code: "#ffd9a0",
	red: "#ffb3ad", orange: "#ffc48a", yellow: "#ffe14d", green: "#8dff8d", blue: "#9fd4ff", plum: "#f0c8ff",
	rule:     "#c0c0c0",
	selected: "#ffffff", onSelected: "#000000",
	match: "#ffe14d", onMatch: "#000000", current: "#00e5ff", onCurrent: "#000000",
	backgrounds: []string{"#000000", "#121212", "#1e1e1e"},
	heat:        [5]string{"#c0c0c0", "#7fbf7f", "#8fdc8f", "#a8f5a8", "#d6ffd6"},
	series:      []string{"#ffe14d", "#7fe9ff", "#8dff8d", "#f0c8ff", "#ffb3ad", "#ffffff"},
	again:       "#ffb3ad", hard: "#ffc48a", good: "#8dff8d", easy: "#9fd4ff",
	comment: "#d9d9d9", keyword: "#f0c8ff", typ: "#7fe9ff", function: "#9fd4ff", str: "#8dff8d",
	number: "#ffc48a", constant: "#ffc48a", tag: "#ffb3ad", oper: "#ffffff",
}

var contrastLightPalette = palette{
	muted: "#2a2a2a", faint: "#333333", accent: "#5c2e00", link: "#002f8a", code: "#5a2600",
	red: "#7d0000", orange: "#6b2f00", yellow: "#544000", green: "#00440c", blue: "#002f8a", plum: "#4d0d7a",
	rule:     "#4d4d4d",
	selected: "#000000", onSelected: "#ffffff",
	match: "#ffe14d", onMatch: "#000000", current: "#002f8a", onCurrent: "#ffffff",
	backgrounds: []string{"#ffffff", "#fafafa", "#f2f2f2"},
	heat:        [5]string{"#4d4d4d", "#3f7a4a", "#2a6435", "#154e20", "#00380a"},
	series:      []string{"#5c2e00", "#002f8a", "#00440c", "#4d0d7a", "#7d0000", "#00403f"},
	again:       "#7d0000", hard: "#6b2f00", good: "#00440c", easy: "#002f8a",
	comment: "#333333", keyword: "#4d0d7a", typ: "#00403f", function: "#002f8a", str: "#00440c",
	number: "#6b2f00", constant: "#6b2f00", tag: "#7d0000", oper: "#000000",
}

// The colour-blind palettes start from the eight colours of Okabe and Ito
// ("Color universal design", 2002), lightened or darkened until they carry
// text: blue against orange instead of green against red, and the lightness
// falls from easy to again, so that the order survives in grey.
var blindDarkPalette = palette{
	muted: "#aab2c5", faint: "#9ea6ba", accent: "#f0e442", link: "#6cc0ee", code: "#e8c98f",
	red: "#f58b4c", orange: "#f0b43c", yellow: "#f0e442", green: "#6cc0ee", blue: "#a5d8f7", plum: "#e3a6c6",
	rule:     "#767e92",
	selected: "#2f3646", onSelected: "#ffffff",
	match: "#4a4a10", onMatch: "#fdfbd0", current: "#f0e442", onCurrent: "#14140a",
	backgrounds: darkBackgrounds,
	heat:        [5]string{"#767e92", "#4f8fb5", "#6cb0d8", "#93cdf0", "#cdeaff"},
	series:      []string{"#f0b43c", "#6cc0ee", "#4fd0a6", "#f0e442", "#f58b4c", "#e3a6c6"},
	again:       "#f58b4c", hard: "#f0b43c", good: "#6cc0ee", easy: "#c8e8fb",
	comment: "#9ea6ba", keyword: "#e3a6c6", typ: "#4fd0a6", function: "#6cc0ee", str: "#f0e442",
	number: "#f0b43c", constant: "#f0b43c", tag: "#f58b4c", oper: "#c3cad9",
}

var blindLightPalette = palette{
	muted: "#50586a", faint: "#5d6577", accent: "#00598c", link: "#00598c", code: "#6b4300",
	red: "#a03c00", orange: "#855000", yellow: "#6b5c00", green: "#00598c", blue: "#00406b", plum: "#8c3468",
	rule:     "#7d8494",
	selected: "#dfe6ee", onSelected: "#14171c",
	match: "#f5ee9e", onMatch: "#26240a", current: "#00598c", onCurrent: "#ffffff",
	backgrounds: lightBackgrounds,
	heat:        [5]string{"#7d8494", "#4a8ab3", "#2f7fb0", "#005f91", "#003f63"},
	series:      []string{"#00598c", "#a03c00", "#006b4e", "#8c3468", "#6b5c00", "#3b4252"},
	again:       "#a03c00", hard: "#855000", good: "#00598c", easy: "#00406b",
	comment: "#5d6577", keyword: "#8c3468", typ: "#006b4e", function: "#00598c", str: "#6b5c00",
	number: "#855000", constant: "#855000", tag: "#a03c00", oper: "#3b4252",
}

// The terminal palette names the sixteen colours by number. Bright black (8) is
// left out because popular schemes set it to nearly the background; quiet text
// uses the faint attribute instead. Blue (4) is dark on most black terminals,
// so cyan (6) stands for links.
var terminalPalette = palette{
	accent: "3", link: "6", code: "6",
	red: "1", orange: "3", yellow: "3", green: "2", blue: "6", plum: "5",
	dim:   true,
	heat:  [5]string{"", "2", "2", "2", "2"},
	again: "1", hard: "3", good: "2", easy: "6",
	series:  []string{"3", "6", "2", "5", "1", ""},
	keyword: "5", typ: "6", function: "6", str: "2", number: "3", constant: "3", tag: "1",
}

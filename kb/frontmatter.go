package kb

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// maxFrontMatter bounds what is handed to the YAML parser, in bytes.
const maxFrontMatter = 32 << 10

var frontKeys = []string{
	"title", "section", "kind", "level", "prerequisites", "aliases", "checked", "retired", "tags",
}

// requiredKeys are those a built-in page cannot do without.
var requiredKeys = []string{"title", "section", "kind", "level", "prerequisites", "aliases", "checked"}

// frontMatter is what stands between the two lines of hyphens. Values keep the
// text of the file: aliases such as 404, no or 1.0 are words here, whatever
// YAML would make of them.
type frontMatter struct {
	present bool
	words   map[string]string
	lists   map[string][]string
	lines   map[string]int // line of each key in the file
	items   map[string]int // line of "key/item" in the file
}

func (m *frontMatter) line(key string) int {
	if n := m.lines[key]; n > 0 {
		return n
	}
	return 1
}

func (m *frontMatter) itemLine(key, item string) int {
	if n := m.items[key+"/"+item]; n > 0 {
		return n
	}
	return m.line(key)
}

// splitFrontMatter divides a file into the YAML between its first two lines of
// hyphens and the rest. The rest begins with the first line that is not blank;
// its line in the file is returned too.
func splitFrontMatter(text string) (front string, present bool, body, bodyLine int, closed bool) {
	body, bodyLine, closed = 0, 1, true
	if first, _, _ := strings.Cut(text, "\n"); strings.TrimRight(first, " \t") == "---" {
		start := min(len(first)+1, len(text))
		at, line := start, 2
		closed = false
		for at < len(text) {
			l, _, more := strings.Cut(text[at:], "\n")
			end := at
			at += len(l)
			if more {
				at++
			}
			line++
			if t := strings.TrimRight(l, " \t"); t == "---" || t == "..." {
				front, present, body, bodyLine, closed = text[start:end], true, at, line, true
				break
			}
		}
	}
	for body < len(text) {
		l, _, more := strings.Cut(text[body:], "\n")
		if !more || strings.TrimSpace(l) != "" {
			break
		}
		body += len(l) + 1
		bodyLine++
	}
	return front, present, body, bodyLine, closed
}

var yamlLine = regexp.MustCompile(`line (\d+):? ?`)

// readFrontMatter reads the YAML that begins on line 2 of the file. Every fault
// is reported and everything that can be read is kept.
func readFrontMatter(front string, report func(rule string, line int, message, remedy string)) *frontMatter {
	m := &frontMatter{
		words: map[string]string{}, lists: map[string][]string{},
		lines: map[string]int{}, items: map[string]int{},
	}
	m.present = true
	if len(front) > maxFrontMatter {
		report("front-matter", 1, fmt.Sprintf("the front matter is longer than %d KiB", maxFrontMatter>>10),
			"close it with a line of three hyphens")
		return m
	}
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(front), &root); err != nil {
		line, message := 1, strings.TrimPrefix(err.Error(), "yaml: ")
		if at := yamlLine.FindStringSubmatch(message); at != nil {
			n, _ := strconv.Atoi(at[1])
			if strings.Contains(message, "did not find expected") {
				n++ // the parser counts from 0, unlike the scanner
			}
			line = min(n+1, strings.Count(front, "\n")+2)
			message = strings.Replace(message, at[0], "", 1)
		}
		report("front-matter", line, "the front matter is not valid YAML: "+message,
			"quote a value that holds : or #")
		return m
	}
	if root.Kind == 0 || len(root.Content) == 0 {
		return m
	}
	top := root.Content[0]
	if top.Kind != yaml.MappingNode {
		report("front-matter", top.Line+1, "the front matter is not a list of keys and values",
			"write each as key: value")
		return m
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		name, line := key.Value, key.Line+1
		if m.lines[name] > 0 {
			report("front-key", line, fmt.Sprintf("the key %s is given twice", name), "keep one of them")
			continue
		}
		m.lines[name] = line
		switch name {
		case "title", "section", "kind", "level", "checked":
			if value.Kind != yaml.ScalarNode || value.Tag == "!!null" {
				report("front-value", line, fmt.Sprintf("%s must be one value", name), "write "+name+": value")
				continue
			}
			m.words[name] = squeeze(value.Value)
		case "prerequisites", "aliases", "retired", "tags":
			if value.Kind == yaml.ScalarNode && value.Tag == "!!null" {
				m.lists[name] = nil
				continue
			}
			if value.Kind != yaml.SequenceNode {
				report("front-value", line, fmt.Sprintf("%s must be a list", name), "write "+name+": [one, two]")
				continue
			}
			for _, item := range value.Content {
				word := squeeze(item.Value)
				if item.Kind != yaml.ScalarNode || word == "" {
					report("front-value", item.Line+1, fmt.Sprintf("%s holds something that is not a word", name),
						"write "+name+": [one, two]")
					continue
				}
				if _, again := m.items[name+"/"+word]; again {
					report("front-value", item.Line+1, fmt.Sprintf("%s names %s twice", name, word), "keep one of them")
					continue
				}
				m.items[name+"/"+word] = item.Line + 1
				m.lists[name] = append(m.lists[name], word)
			}
		default:
			remedy := "the keys are " + orList(frontKeys)
			if near := nearest(name, frontKeys); near != "" {
				remedy = "did you mean " + near + "?"
			}
			report("front-key", line, fmt.Sprintf("unknown key %q", name), remedy)
		}
	}
	return m
}

var (
	slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	idPattern   = regexp.MustCompile(`^[a-z0-9-]{3,64}$`)
	tagPattern  = regexp.MustCompile(`^[a-z0-9][a-z0-9+#.-]*$`)
)

// applyFrontMatter fills the page and checks the values.
func (d *document) applyFrontMatter(front string, closed bool) {
	p := d.page
	m := &frontMatter{}
	switch {
	case !closed:
		d.report("front-matter", 1, "the front matter is not closed", "end it with a line of three hyphens")
	case front != "" || d.fronted:
		m = readFrontMatter(front, d.report)
	}
	d.front = m
	p.Title = m.words["title"]
	p.Prerequisites, p.Aliases = m.lists["prerequisites"], m.lists["aliases"]
	p.Tags, p.Retired = m.lists["tags"], m.lists["retired"]

	if !m.present && closed {
		d.report("front-missing", 1, "the page has no front matter",
			"begin with a line of three hyphens, "+strings.Join(requiredKeys, ", ")+" and a line of three hyphens")
	} else if closed {
		for _, key := range requiredKeys {
			if m.lines[key] == 0 {
				d.report("front-missing", 1, "the front matter lacks "+key, "add "+key+":")
			}
		}
	}

	p.Kind = KindTopic
	if word, ok := m.words["kind"]; ok {
		names := make([]string, 0, 8)
		known := false
		for _, k := range PageKinds() {
			names = append(names, string(k))
			known = known || string(k) == word
		}
		if known {
			p.Kind = PageKind(word)
		} else {
			d.report("front-value", m.line("kind"), fmt.Sprintf("unknown kind %q", word), suggest(word, names))
		}
	}
	if word, ok := m.words["level"]; ok {
		if p.Level, ok = ParseLevel(word); !ok {
			d.report("front-value", m.line("level"), fmt.Sprintf("unknown level %q", word), suggest(word, levelNames[1:]))
		}
	}
	if word, ok := m.words["checked"]; ok {
		if _, err := time.Parse(time.DateOnly, word); err == nil {
			p.Checked = word
		} else {
			d.report("front-value", m.line("checked"), fmt.Sprintf("checked is not a day: %q", word),
				"write it as 2006-01-02")
		}
	}
	if word, ok := m.words["section"]; ok && !d.own {
		if word != p.Section {
			d.report("front-value", m.line("section"),
				fmt.Sprintf("section is %q but the file lies in %q", word, p.Section), "make them agree")
		}
	}
	for _, slug := range p.Prerequisites {
		if !slugPattern.MatchString(slug) {
			d.report("front-value", m.itemLine("prerequisites", slug), fmt.Sprintf("%q is not a slug", slug),
				"name pages by their slug: lower case letters, digits and single hyphens")
		}
		if slug == p.Slug {
			d.report("front-value", m.itemLine("prerequisites", slug), "the page requires itself", "delete it")
		}
	}
	for _, id := range p.Retired {
		if !idPattern.MatchString(id) {
			d.report("id-syntax", m.itemLine("retired", id), fmt.Sprintf("%q is not an id", id), idRemedy)
		}
	}
	for _, tag := range p.Tags {
		if !tagPattern.MatchString(tag) {
			d.report("front-value", m.itemLine("tags", tag), fmt.Sprintf("%q is not a tag", tag),
				"write tags in lower case, without spaces")
		}
	}
}

const idRemedy = "an id has 3 to 64 characters: a-z, 0-9 and -"

func suggest(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return "did you mean " + near + "?"
	}
	return "choose " + orList(known)
}

package plain

import (
	"fmt"
	"strings"

	"hone/study"
)

// settings lists everything that can be set.
func (p *program) settings() error {
	list := &chooser{p: p, one: "setting", many: "settings"}
	all := study.AllSettings()
	var looks []Look
	var values study.Settings
	load := func() error {
		var err error
		if values, err = p.Study.Settings(p.ctx); err != nil {
			return err
		}
		looks = nil
		if p.Looks != nil {
			looks = p.Looks()
		}
		list.items, list.heads = nil, map[int]string{0: "What is studied when"}
		for _, d := range all {
			v, err := values.Get(d.Name)
			if err != nil {
				return err
			}
			list.items = append(list.items, d.Name+": "+orElse(v, "none"))
		}
		for i, l := range looks {
			if i == 0 {
				list.heads[len(list.items)] = "Looks, in this run"
			}
			list.items = append(list.items, l.Name+": "+orElse(l.Value, "none"))
		}
		return nil
	}
	set := func(i int, value string) error {
		var err error
		if i < len(all) {
			err = p.Study.Set(p.ctx, all[i].Name, value)
		} else {
			err = p.ChangeLook(looks[i-len(all)].Name, value)
		}
		if err != nil {
			return err
		}
		if err := load(); err != nil {
			return err
		}
		p.say("%s", list.items[i])
		return nil
	}
	describe := func(i int) (name, help, def string) {
		if i < len(all) {
			return all[i].Name, all[i].Help, all[i].Default
		}
		l := looks[i-len(all)]
		return l.Name, l.Help, l.Default
	}
	change := func(i int) error {
		_, help, def := describe(i)
		p.say("%s", list.items[i])
		p.say("%s. The default is %s.", study.Capitalised(help), orElse(def, "none"))
		value, err := p.ask("New value, none empties it, default sets the default, enter leaves it: ", study.Capitalised(help)+".")
		switch {
		case err != nil:
			return err
		case value == "":
			return errBack
		case value == "default":
			value = def
		case value == "none" && accepts(&values, all, i, ""):
			value = ""
		}
		return set(i, value)
	}
	named := func(line string) (int, string) {
		name, value, _ := strings.Cut(line, " ")
		for i := range list.items {
			if n, _, _ := describe(i); n == name {
				return i, strings.TrimSpace(value)
			}
		}
		return -1, ""
	}
	return p.inside(&place{
		name: "Settings", where: func() string { return "Settings" },
		show: func() error {
			if err := load(); err != nil {
				return err
			}
			p.gap()
			list.say()
			p.say("A number changes a setting; a name and a value set it at once.")
			return nil
		},
		pick: func(n int) error {
			i, ok := list.at(n)
			if !ok {
				return nil
			}
			return change(i)
		},
		picks: "a number explains a setting and changes it", changed: load,
		other: func(line string) error {
			i, value := named(line)
			switch {
			case i < 0:
				name, _, _ := strings.Cut(line, " ")
				_, err := values.Get(name)
				if err == nil {
					err = fmt.Errorf("no setting is called %q", name)
				}
				return err
			case value == "":
				return change(i)
			default:
				return set(i, value)
			}
		},
		others: "a name and a value set it at once, such as: new-per-day 5",
		keys: func() []key {
			out := append(list.keys(), key{letter: "d", word: "default", arg: "NUMBER", does: "puts a setting back to its default", run: func(arg string) error {
				i, err := list.numbered(arg)
				if err != nil {
					return err
				}
				_, _, def := describe(i)
				return set(i, def)
			}})
			if p.SaveConfig != nil {
				out = append(out, key{letter: "w", word: "write", does: "writes the looks to the configuration file", run: func(string) error {
					file, err := p.SaveConfig()
					return p.acted(err, "Written to %s.", file)
				}})
			}
			return out
		},
	})
}

// accepts reports whether a setting takes a value.
func accepts(values *study.Settings, all []study.Setting, i int, value string) bool {
	if i >= len(all) {
		return false
	}
	try := *values
	return try.Set(all[i].Name, value) == nil
}

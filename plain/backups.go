package plain

import (
	"fmt"
	"path/filepath"

	"hone/study"
)

// backups lists the backups, makes one and goes back to one.
func (p *program) backups() error {
	list := &chooser{p: p, one: "backup", many: "backups"}
	var items []study.Backup
	when := func(b *study.Backup) string { return b.At.Format("Monday 2 January 2006, 15:04") }
	load := func() error {
		var err error
		if items, err = p.Study.Backups(); err != nil {
			return err
		}
		list.items = list.items[:0]
		for i := range items {
			b := &items[i]
			list.items = append(list.items, fmt.Sprintf("%s, %s, %s.", when(b), b.Why(), sizeInWords(b.Bytes)))
		}
		return nil
	}
	return p.inside(&place{
		name: "Backups", where: func() string { return "Backups" },
		show: func() error {
			if err := load(); err != nil {
				return err
			}
			p.gap()
			if len(items) == 0 {
				p.say("There is no backup yet. One is made at the first start of every study day; m makes one now.")
				return nil
			}
			p.say("%s, the newest first.", plural(len(items), "backup", "backups"))
			list.say()
			p.say("A number goes back to that backup, after a question.")
			return nil
		},
		pick: func(n int) error {
			i, ok := list.at(n)
			if !ok {
				return nil
			}
			b := items[i]
			p.say("Go back to %s? What is there now is backed up first. This is the only act that u does not take back.", when(&b))
			yes, err := p.ask("Type yes to go back: ", "yes puts the backup in the place of your data; anything else leaves everything as it is.")
			if err != nil {
				return err
			}
			if yes != "yes" {
				return errBack
			}
			aside, err := p.Study.Restore(p.ctx, b.File)
			if err != nil {
				return err
			}
			p.say("Back at %s. What was there before is the newest backup.", when(&b))
			if aside != "" {
				p.say("The data that could not be read is kept as %s.", aside)
			}
			return load()
		},
		picks: "a number goes back to that backup, after a question",
		keys: func() []key {
			return append(list.keys(), key{letter: "m", word: "make", does: "makes a backup now", run: func(string) error {
				file, err := p.Study.BackUp(p.ctx)
				if err != nil {
					return err
				}
				p.say("Backed up to %s.", filepath.Base(file))
				return load()
			}})
		},
	})
}

func sizeInWords(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%d kilobytes", (n+999)/1000)
	}
	return fmt.Sprintf("%.1f megabytes", float64(n)/1e6)
}

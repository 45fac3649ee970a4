package study

import (
	"context"
	"time"
)

// Backup is a copy of the record at some moment.
type Backup struct {
	File   string
	At     time.Time
	Reason string // "daily", "asked", or "import", "migration", "restore" or "repair" for one made before such a thing
	Bytes  int64
}

// Why says in words what a backup was made for.
func (b *Backup) Why() string {
	switch b.Reason {
	case "daily":
		return "of the day"
	case "asked":
		return "asked for"
	case "import":
		return "before an import"
	case "migration":
		return "before an update of the format"
	case "restore":
		return "before going back"
	case "repair":
		return "before a repair"
	default:
		return "before " + b.Reason
	}
}

// Backups lists the backups beside the record, the newest first.
func (s *Service) Backups() ([]Backup, error) {
	list, err := s.st.Backups()
	if err != nil {
		return nil, err
	}
	out := make([]Backup, len(list))
	for i, b := range list {
		out[i] = Backup{File: b.Path, At: b.At, Reason: b.Reason, Bytes: b.Size}
	}
	return out, nil
}

// BackUp makes a verified backup now and returns its file.
func (s *Service) BackUp(ctx context.Context) (string, error) { return s.st.BackupNow(ctx) }

// Restore goes back to a backup. What is there is backed up first, or, if it
// cannot be read, kept under the name that is returned.
func (s *Service) Restore(ctx context.Context, file string) (aside string, err error) {
	aside, err = s.st.Restore(ctx, file)
	if err == nil {
		s.ahead.Store(nil)
	}
	return aside, err
}

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

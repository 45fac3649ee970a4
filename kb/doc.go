// Package kb is the knowledge base: the embedded pages and the format they are
// written in. It knows nothing of the person who studies, of schedules, of
// searching or of screens.
package kb

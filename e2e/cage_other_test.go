//go:build unix && !linux

package e2e

import "errors"

const cagedVariable = "HONE_E2E_CAGED"

func caged([]string) error { return errors.New("system-call filters are a matter of Linux") }

package console_test

import (
	"encoding/json"
	"strconv"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// quoted is a text as a script writes it.
func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

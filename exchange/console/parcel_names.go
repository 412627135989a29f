package console

import (
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/lienthong/lienthong/exchange"
)

// Names together are short enough for the 260 characters that a path has on Windows, wherever they are unpacked to.
const (
	longestFolder = 50 // characters, without its date
	longestFile   = 100
	unnamedFile   = "tep-dinh-kem"
)

// names are those that are taken in one folder. Windows does not tell capitals from small letters.
type names map[string]bool

func newNames(taken ...string) names {
	n := make(names)
	for _, name := range taken {
		n[sameName(name)] = true
	}
	return n
}

func sameName(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// unique takes a name; where it is taken, the next with a number.
func (n names) unique(stem, ext string) string {
	name := stem + ext
	for i := 2; n[sameName(name)]; i++ {
		name = stem + "-" + itoa(i) + ext
	}
	n[sameName(name)] = true
	return name
}

// file takes a name for a file, as near to that which its sender gave it as every system takes.
func (n names) file(given string) string {
	name := fileName(given)
	ext := path.Ext(name)
	return n.unique(strings.TrimSuffix(name, ext), ext)
}

// folderName is a document's number and notation with its date, in letters that neither Windows nor a shell takes for
// anything else; its id where it has no number or no date.
func folderName(m exchange.Message) string {
	code := strings.ToUpper(fold(m.Code))
	parts := strings.FieldsFunc(code, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
	code = strings.Join(parts, "-")
	if code == "" || m.Date.IsZero() {
		return string(m.ID)
	}
	return strings.Trim(code[:min(len(code), longestFolder)], "-") + "_" + written(m.Date.Time(), time.DateOnly)
}

// fileName is a name that is one in every file system: [envelope.Attachment.FileName] without what Windows drops or
// takes for a device, and without what cannot be seen.
func fileName(given string) string {
	name := strings.Trim(strings.Map(visible, norm.NFC.String(given)), " .")
	ext := path.Ext(name)
	if utf8.RuneCountInString(ext) > longestExt+1 {
		ext = ""
	}
	stem := []rune(strings.TrimSuffix(name, ext))
	name = strings.TrimRight(string(stem[:min(len(stem), longestFile)]), " .") + ext
	switch {
	case name == "":
		return unnamedFile
	case name[0] == '-' || isDevice(name):
		return "_" + name
	}
	return name
}

func visible(r rune) rune {
	if unicode.Is(unicode.Zs, r) {
		return ' '
	}
	if r == utf8.RuneError || !unicode.IsPrint(r) || strings.ContainsRune(`<>:"/\|?*`, r) {
		return -1
	}
	return r
}

// isDevice reports whether Windows takes a file of that name for one of its devices.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	stem = strings.TrimSpace(stem)
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	port := stem[:min(len(stem), 3)]
	return (port == "COM" || port == "LPT") && utf8.RuneCountInString(stem) == 4 && strings.ContainsAny(stem[3:], "0123456789¹²³")
}

package console

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed words
var wordFiles embed.FS

// Languages are those the console speaks. The first is the one it is written in.
func languages() []string { return []string{"vi", "en"} }

// words are the texts of the console in one language.
type words struct {
	Lang  string
	texts map[string]string
	print *message.Printer
}

func loadWords() (map[string]words, error) {
	all := make(map[string]words)
	for _, lang := range languages() {
		w := words{Lang: lang, texts: make(map[string]string), print: message.NewPrinter(language.Make(lang))}
		if err := w.load(); err != nil {
			return nil, err
		}
		all[lang] = w
	}
	return all, nil
}

// load reads all files of the language: one for each part of the console. No key stands in two of them.
func (w words) load() error {
	names, err := fs.Glob(wordFiles, "words/"+w.Lang+"/*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		raw, err := wordFiles.ReadFile(name)
		if err != nil {
			return err
		}
		var texts map[string]string
		if err := json.Unmarshal(raw, &texts); err != nil {
			return fmt.Errorf("console: %s: %w", name, err)
		}
		for key, text := range texts {
			if _, twice := w.texts[key]; twice {
				return fmt.Errorf("console: %s: %s stands in another file too", name, key)
			}
			w.texts[key] = text
		}
	}
	return nil
}

// missing marks a text that there is not, so that a test finds it on any page.
const missing = "⟦"

// text is the text of a key. Arguments come in pairs, name and value, and replace {name}; {name|one|many} is the word that
// goes with the number.
func (w words) text(key string, args ...any) string {
	text, ok := w.texts[key]
	if !ok {
		return missing + key + "⟧"
	}
	for i := 0; i+1 < len(args); i += 2 {
		name, value := fmt.Sprint(args[i]), fmt.Sprint(args[i+1])
		text = strings.ReplaceAll(agreed(text, name, value == "1"), "{"+name+"}", value)
	}
	return text
}

// agreed puts words into the number of what they count.
func agreed(text, name string, one bool) string {
	for {
		before, rest, found := strings.Cut(text, "{"+name+"|")
		words, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return text
		}
		single, many, _ := strings.Cut(words, "|")
		if one {
			many = single
		}
		text = before + many + after
	}
}

// number is a number as the language writes it: 1.284, 1,284.
func (w words) number(n int) string { return w.print.Sprintf("%d", n) }

const languageCookie = "lt_lang"

// language is the one that was chosen, else Vietnamese: what a browser says of itself is that of whoever installed it.
func (c *console) language(r *http.Request) words {
	if cookie, err := r.Cookie(languageCookie); err == nil {
		if w, ok := c.words[cookie.Value]; ok {
			return w
		}
	}
	return c.words[languages()[0]]
}

func (c *console) setLanguage(v *visit) error {
	if lang := v.FormValue("ngon-ngu"); c.words[lang].Lang != "" {
		v.SetCookie(&http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
			Secure: secure(v.Request()), SameSite: http.SameSiteLaxMode})
	}
	return v.Redirect(http.StatusSeeOther, local(v.FormValue("ve")))
}

// sentence is a text that stands by itself: with a capital at its beginning and a stop at its end.
func sentence(text string) string {
	last, n := utf8.DecodeLastRuneInString(text)
	if n == 0 || strings.ContainsRune(".:!?…", last) {
		return capital(text)
	}
	return capital(text) + "."
}

func capital(text string) string {
	first, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[n:]
}

package console

import "testing"

// Words go with the number that stands beside them, and a refusal stands on a page as a sentence.
func TestWordsAgree(t *testing.T) {
	w := words{texts: map[string]string{"one": "{n} {n|agency is|agencies are} silent in {p} {p|place|places}", "open": "{n|a", "half": "{n|a}"}}
	for _, c := range []struct{ got, want string }{
		{w.text("one", "n", 1, "p", "2"), "1 agency is silent in 2 places"},
		{w.text("one", "n", 0, "p", "1"), "0 agencies are silent in 1 place"},
		{w.text("one", "n", "1.000", "p", "11"), "1.000 agencies are silent in 11 places"},
		{w.text("open", "n", 1), "{n|a"}, {w.text("half", "n", 1), "a"}, {w.text("half", "n", 2), ""},
		{sentence("no document x"), "No document x."}, {sentence("đã xong."), "Đã xong."}, {sentence("what?"), "What?"}, {sentence(""), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	all, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{"http-503": "HTTP 503", "dial": "No connection", "unheard-of": "unheard-of"} {
		if got := all["en"].fault(code); got != want {
			t.Errorf("%s is called %q, want %q", code, got, want)
		}
	}
}

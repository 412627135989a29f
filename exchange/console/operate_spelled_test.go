package console

import "testing"

// Every length that the configuration writes stands in words, in both languages.
func TestLengthsInWords(t *testing.T) {
	all, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ text, vi, en string }{
		{"30m", "30 phút", "30 minutes"}, {"1h", "1 giờ", "1 hour"}, {"1h30m", "1 giờ 30 phút", "1 hour 30 minutes"}, {"14d", "14 ngày", "14 days"},
		{"0m", "không đặt", "none"}, {"0s", "không đặt", "none"}, {"10s", "10 giây", "10 seconds"}, {"250ms", "250 mili giây", "250 milliseconds"},
		{"[20wd, 10wd, 1wd, 4h, 30m]", "20 ngày làm việc, 10 ngày làm việc, 1 ngày làm việc, 4 giờ, 30 phút", "20 working days, 10 working days, 1 working day, 4 hours, 30 minutes"},
	} {
		if vi, en := all["vi"].spelled(test.text), all["en"].spelled(test.text); vi != test.vi || en != test.en {
			t.Errorf("%s is %q and %q, want %q and %q", test.text, vi, en, test.vi, test.en)
		}
	}
	for text, want := range map[string]string{"30 phút": "30m", "1 GIỜ": "1h", "1 gio 30 phut": "1h30m", "1 hour 30 minutes": "1h30m", "2h": "2h", "Không đặt": "0m", "none": "0m",
		"": "?", "30": "?", "phút": "?", "30 giây": "?", "-1h": "?", "1h receive 1h": "?", "1,5 giờ": "?"} {
		if got := readLength(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

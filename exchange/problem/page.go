package problem

import (
	"bytes"
	_ "embed"
	"html/template"
	"strconv"
	"strings"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// explanation is what a page tells of a code.
type explanation struct {
	Code, Status, Rule           string
	TitleVI, MeaningVI, AdviceVI string
	TitleEN, MeaningEN, AdviceEN string
}

// Page is the HTML page that explains a code: a kind of refusal, or a fault of an envelope. It needs no script, no
// style sheet and no image. false for a code that does not exist.
func Page(code string) (html []byte, ok bool) {
	x, ok := explain(code)
	if !ok {
		return nil, false
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, x); err != nil {
		panic("problem: the template takes text only, yet: " + err.Error())
	}
	return b.Bytes(), true
}

// Codes are all codes that have a page: kinds first, then the faults of an envelope that are no kinds.
func Codes() []string {
	var all []string
	for _, r := range rows {
		all = append(all, string(r.kind))
	}
	for _, c := range envelope.Codes() {
		if _, known := find(exchange.Kind(c)); !known {
			all = append(all, c)
		}
	}
	return all
}

func explain(code string) (explanation, bool) {
	fault, isFault := envelope.Explain(code)
	if r, ok := find(exchange.Kind(code)); ok {
		return explanation{
			Code: code, Status: strconv.Itoa(r.status), Rule: fault.Rule,
			TitleVI: r.title.vi, MeaningVI: r.meaning.vi, AdviceVI: r.advice.vi,
			TitleEN: r.title.en, MeaningEN: r.meaning.en, AdviceEN: r.advice.en,
		}, true
	}
	blank := strings.NewReplacer("{value}", "…", "{limit}", "…")
	return explanation{
		Code: code, Rule: fault.Rule, TitleVI: code, TitleEN: code,
		MeaningVI: blank.Replace(fault.VI), MeaningEN: blank.Replace(fault.EN),
	}, isFault
}

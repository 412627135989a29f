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
		Code: code, Rule: fault.Rule, TitleVI: aboutFaults.title.vi, TitleEN: aboutFaults.title.en,
		MeaningVI: blank.Replace(fault.VI), MeaningEN: blank.Replace(fault.EN),
		AdviceVI: aboutFaults.advice.vi, AdviceEN: aboutFaults.advice.en,
	}, isFault
}

// aboutFaults is what is true of every fault of an envelope, refused or only warned of.
var aboutFaults = row{
	title: text{"Chỗ cần sửa trong tệp edXML", "Something to correct in the edXML file"},
	advice: text{"Hãy tìm chỗ nêu ở path và line, sửa như trên rồi ký lại. Lỗi nêu trong errors: tệp chưa được nhận, phải gửi lại. Lỗi nêu trong warnings: tệp đã được nhận, lần sau nên ghi đúng.",
		"Find the place named by path and line, correct it as said above and sign again. Named in errors: the file was not taken, send it again. Named in warnings: the file was taken; write it right the next time."},
}

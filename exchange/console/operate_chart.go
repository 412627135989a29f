package console

import (
	"fmt"
	"strings"
)

// A chart is the last day as three lines, made on the server. Its numbers stand in a table too.
type chart struct {
	Width, Height int
	Lines         []chartLine
	Grid          []chartGrid
	Hours         []chartHour
	Text          string // what it shows, for who cannot see it
	Rows          []chartRow
}

type chartLine struct {
	Tone, Text, Points string
}

type chartGrid struct {
	Y    string
	Text string
}

type chartHour struct {
	X    string
	Text string
}

type chartRow struct {
	At           string
	In, Out, Bad int
}

const (
	chartWidth  = 960
	chartHeight = 230
	chartLeft   = 44
	chartTop    = 10
	chartBase   = 200 // y of zero
	chartName   = 36  // of an hour, its width
)

func (w words) chart(d dayOfBeats) chart {
	top := chartCeiling(d.Beats)
	c := chart{Width: chartWidth, Height: chartHeight}
	c.Text = w.text("chart.text", "in", w.number(d.Whole.In), "out", w.number(d.Whole.Out), "bad", w.number(d.Whole.Bad))
	for i := 0; i <= 4; i++ {
		c.Grid = append(c.Grid, chartGrid{Y: chartY(float64(top*i)/4, top), Text: w.number(top * i / 4)})
	}
	for i, b := range d.Beats {
		t := b.begins()
		if local := written(t, "15:04"); strings.HasSuffix(local, ":00") && int(t.Unix()/3600+7)%3 == 0 {
			c.Hours = append(c.Hours, chartHour{X: chartMiddle(i), Text: local})
		}
		if b.In+b.Out+b.Bad > 0 {
			c.Rows = append(c.Rows, chartRow{At: written(t, "15:04 02/01"), In: b.In, Out: b.Out, Bad: b.Bad})
		}
	}
	c.Lines = []chartLine{
		{"blue", w.text("chart.in"), chartPoints(d.Beats, top, func(b beat) int { return b.In })},
		{"green", w.text("chart.out"), chartPoints(d.Beats, top, func(b beat) int { return b.Out })},
		{"red", w.text("chart.bad"), chartPoints(d.Beats, top, func(b beat) int { return b.Bad })},
	}
	return c
}

// chartCeiling is a round number that no beat exceeds, divisible by 4.
func chartCeiling(beats []beat) int {
	most := 1
	for _, b := range beats {
		most = max(most, b.In, b.Out, b.Bad)
	}
	for unit := 4; ; unit *= 10 {
		for _, step := range []int{1, 2, 5} {
			if unit*step >= most {
				return unit * step
			}
		}
	}
}

func chartPoints(beats []beat, top int, of func(beat) int) string {
	all := make([]string, len(beats))
	for i, b := range beats {
		all[i] = chartX(i) + "," + chartY(float64(of(b)), top)
	}
	return strings.Join(all, " ")
}

func chartX(i int) string { return fmt.Sprintf("%.1f", chartAt(i)) }

// chartMiddle is where the middle of an hour's name is: the last would not stand whole above its slot.
func chartMiddle(i int) string { return fmt.Sprintf("%.1f", min(chartAt(i), chartWidth-chartName/2)) }

func chartAt(i int) float64 {
	return chartLeft + float64(i)*float64(chartWidth-chartLeft-8)/float64(slots-1)
}

func chartY(n float64, top int) string {
	return fmt.Sprintf("%.1f", chartBase-n*float64(chartBase-chartTop)/float64(top))
}

package traffic_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/traffic"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func call(agency exchange.AgencyID, at time.Time, status int) traffic.Call {
	return traffic.Call{Agency: agency, At: at, Status: status, Route: "POST /v1/inbox/lease"}
}

func TestCallsAreNewestFirstAndTheAgencysOwn(t *testing.T) {
	b := traffic.New(noon)
	b.Called(call("H41", noon, 200))
	b.Called(call("H42", noon.Add(time.Second), 200))
	b.Called(call("H41", noon.Add(2*time.Second), 401))
	b.Called(call("", noon, 200))
	got := b.Calls("H41")
	if len(got) != 2 || got[0].Status != 401 || got[1].Status != 200 {
		t.Errorf("calls %+v, want the refused one, then the other", got)
	}
	if n := len(b.Calls("")); n != 0 {
		t.Errorf("%d calls of nobody are remembered", n)
	}
	if last := b.Last("H41", "POST /v1/inbox/lease"); !last.Equal(noon) {
		t.Errorf("the last call that was not refused was at %s, want %s", last, noon)
	}
	if !b.Since().Equal(noon) {
		t.Errorf("begun at %s", b.Since())
	}
}

// However much is called, no more is remembered than the bounds say; what is forgotten is the oldest.
func TestItsMemoryIsBounded(t *testing.T) {
	b := traffic.New(noon)
	for i := range traffic.MaxOfAgency + 5 {
		b.Called(call("H41", noon.Add(time.Duration(i)*time.Second), 200))
		b.Attempted(traffic.Attempt{Agency: "H41", At: noon, Number: i})
	}
	got := b.Calls("H41")
	if oldest := got[len(got)-1].At; len(got) != traffic.MaxOfAgency || !oldest.Equal(noon.Add(5*time.Second)) {
		t.Errorf("%d calls of one agency from %s on", len(got), oldest)
	}
	if a := b.Attempts("H41"); len(a) != traffic.MaxOfAgency || a[0].Number != traffic.MaxOfAgency+4 {
		t.Errorf("%d attempts, the newest %d", len(a), a[0].Number)
	}
	for i := range 60 {
		for range traffic.MaxOfAgency {
			b.Called(call(exchange.AgencyID(fmt.Sprintf("H50.%02d", i)), noon.Add(time.Hour), 200))
		}
	}
	all := len(b.Calls("H41"))
	for i := range 60 {
		all += len(b.Calls(exchange.AgencyID(fmt.Sprintf("H50.%02d", i))))
	}
	if all != 50_000 || len(b.Calls("H41")) != 0 || len(b.Calls("H50.59")) != traffic.MaxOfAgency {
		t.Errorf("%d calls of all, %d of the oldest, %d of the newest", all, len(b.Calls("H41")), len(b.Calls("H50.59")))
	}
}

// Of more agencies than there are places the one that was silent for longest is forgotten, with all of it.
func TestAgenciesAreBounded(t *testing.T) {
	b := traffic.New(noon)
	for i := range 10_001 {
		b.Called(call(exchange.AgencyID(fmt.Sprintf("H%d", i)), noon.Add(time.Duration(i)*time.Second), 200))
	}
	if len(b.Calls("H0")) != 0 || !b.Last("H0", "POST /v1/inbox/lease").IsZero() || len(b.Calls("H1")) != 1 || len(b.Calls("H10000")) != 1 {
		t.Error("not the silent one was forgotten")
	}
}

func TestTheDayInHalfHours(t *testing.T) {
	b := traffic.New(noon)
	b.Called(call("H41", noon.Add(29*time.Minute), 200))
	b.Called(call("H41", noon.Add(30*time.Minute), 200))
	b.Called(call("H41", noon.Add(31*time.Minute), 503))
	day := b.Day("H41", noon.Add(40*time.Minute))
	if len(day) != 48 || day[47] != (traffic.HalfHour{Begin: noon.Add(30 * time.Minute), OK: 1, Failed: 1}) || day[46].OK != 1 || day[45].OK != 0 {
		t.Errorf("the day ends with %+v", day[45:])
	}
	// A day later the place is another half hour's.
	if day = b.Day("H41", noon.Add(24*time.Hour+40*time.Minute)); day[47].OK+day[47].Failed != 0 {
		t.Errorf("yesterday's calls are counted today: %+v", day[47])
	}
	b.Called(call("H41", noon.Add(24*time.Hour+31*time.Minute), 200))
	if day = b.Day("H41", noon.Add(24*time.Hour+40*time.Minute)); day[47].OK != 1 || day[47].Failed != 0 {
		t.Errorf("the half hour has %+v, want one call", day[47])
	}
	if day = b.Day("H42", noon); day[47].OK != 0 || !day[47].Begin.Equal(noon) {
		t.Errorf("of an agency that never called: %+v", day[47])
	}
}

func TestManyAtOnce(t *testing.T) {
	b := traffic.New(noon)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			id := exchange.AgencyID(fmt.Sprintf("H%d", i%3))
			for range 500 {
				b.Called(call(id, noon, 200))
				b.Calls(id)
				b.Day(id, noon)
			}
		})
	}
	all.Wait()
	if n := len(b.Calls("H0")); n != traffic.MaxOfAgency {
		t.Errorf("%d calls, want %d", n, traffic.MaxOfAgency)
	}
}

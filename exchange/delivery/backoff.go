package delivery

import "time"

// steps are the longest waits after the first, second, … failure of a document. The last one repeats.
var steps = [...]time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
}

// patience says how long and how often documents of each edXML priority are tried: urgent ones more closely, and given
// up sooner, because giving up is what tells a person.
var patience = [...]struct {
	longest  time.Duration // cap of a wait
	failures int           // attempts used up until the document is given up
}{
	{10 * time.Hour, 20},   // 0 thường: about four days
	{5 * time.Hour, 18},    // 1 khẩn
	{2 * time.Hour, 16},    // 2 thượng khẩn
	{time.Hour, 16},        // 3 hỏa tốc
	{30 * time.Minute, 16}, // 4 hỏa tốc hẹn giờ: about three hours
}

// shortest keeps jitter from making an immediate repetition.
const shortest = time.Second

// Backoff is how long to wait after so many failures (at least 1) of a document of that priority: full jitter, evenly
// spread up to the table's step, so that documents that failed together do not come back together. random returns
// numbers in [0, 1).
func Backoff(priority, failures int, random func() float64) time.Duration {
	step := steps[min(max(failures, 1), len(steps))-1]
	return jitter(min(step, patience[clampPriority(priority)].longest), random)
}

// MaxFailures is how many attempts a document of that priority may use up.
func MaxFailures(priority int) int { return patience[clampPriority(priority)].failures }

func jitter(longest time.Duration, random func() float64) time.Duration {
	return max(shortest, time.Duration(random()*float64(longest)))
}

func clampPriority(p int) int { return min(max(p, 0), len(patience)-1) }

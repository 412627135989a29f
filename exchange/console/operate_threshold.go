package console

import (
	"slices"
	"strings"
)

// A threshold is a limit by which the hub acts, and that the configuration sets. It is looked at here and changed there:
// what the hub was started with holds until it is started again.
type threshold struct{ Name, Value, Path, Source string }

// thresholds are those of the configuration in effect that have to do with the time that things may take.
func (w words) thresholds(settings []Setting) (all []threshold) {
	for _, path := range []string{"delivery.lifetime", "delivery.delay_notice", "delivery.answer", "delivery.attempt_timeout", "delivery.lease",
		"revocation.max_age", "clock.max_error"} {
		i := slices.IndexFunc(settings, func(s Setting) bool { return s.Path == path })
		if i >= 0 {
			all = append(all, threshold{w.text("threshold." + strings.ReplaceAll(path, "_", "-")), w.spelled(settings[i].Value), path, w.known("system.from."+settings[i].Source, settings[i].Source)})
		}
	}
	return all
}

// metricsAt is where a monitoring system asks for the hub's figures; "" where nothing is known of it.
func (w words) metricsAt(settings []Setting) string {
	i := slices.IndexFunc(settings, func(s Setting) bool { return s.Path == "admin.listen" })
	if i < 0 {
		return ""
	}
	if at := strings.Trim(settings[i].Value, `"'`); at != "" {
		return "http://" + at + "/metrics"
	}
	return w.text("system.metrics.off")
}

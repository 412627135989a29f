package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange/calendar"
)

func (a *app) calendarCommand() *cobra.Command {
	return a.group("calendar", "Keep the working calendar that deadlines are counted by",
		`Keep the working calendar: the days of the week that are worked, opening and closing time, holidays and the days that
make up for them, and the limits of urgent documents. The law's clocks and lifetimes in working days are counted by it.
A change holds at once, for all that is still open; what was judged in time or late stays so. Each change is an entry of
the hub's log.

`+operationHelp,
		a.calendarShowCommand(), a.calendarSetCommand(), a.calendarHolidayCommand(), a.calendarImportCommand())
}

func (a *app) calendarShowCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "show",
		Short: "Show the working calendar, in the form that calendar set takes",
		Long:  "Show the working calendar, in the form that calendar set takes.\n\n" + operationHelp,
		Example: `  lienthong calendar show
  lienthong calendar show > lich.txt`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				c, err := hub.Calendar(ctx)
				if err != nil {
					return err
				}
				return a.print(c, func(w io.Writer) { fmt.Fprintf(w, "# version %d\n%s", c.Version, c.Text) })
			})
		}),
	}
	o.flags(c)
	return c
}

func (a *app) calendarSetCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "set FILE",
		Short: "Replace the working calendar",
		Long: `Replace the working calendar by that of FILE ("-" is standard input), which has one thing on a line:

  week mon tue wed thu fri
  hours 07:30 17:00
  yearly 01-01 Tết Dương lịch
  off 2026-02-16..2026-02-20 Tết Nguyên đán
  work 2026-02-28 Làm bù
  urgent 3 send 1h receive 30m assign 1h

week and hours are required. off are days that are not worked, work those that are worked whatever else is said of them.
urgent are limits of a priority from 1 to 4, besides the law's: from signing to the hub, from arrival to acceptance,
from that to assignment; 0m is none.

` + operationHelp,
		Example: `  lienthong calendar set lich-2026.txt`,
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.changeCalendar(ctx, o, args[0], func(_ calendar.Calendar, text []byte) (calendar.Calendar, error) {
				return calendar.Parse(bytes.NewReader(text))
			})
		}),
	}
	o.flags(c)
	return c
}

func (a *app) calendarImportCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Add the holidays and make-up days of a file",
		Long: `Add the holidays and make-up days of FILE ("-" is standard input) to the calendar, with one day or range on a line:

  off 2026-02-16..2026-02-20 Tết Nguyên đán
  work 2026-02-28 Làm bù

What the calendar said of those days before is replaced. All of it is imported, or nothing.

` + operationHelp,
		Example: `  lienthong calendar import nghi-le-2026.txt`,
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.changeCalendar(ctx, o, args[0], func(c calendar.Calendar, text []byte) (calendar.Calendar, error) {
				return calendar.ParseDays(c, bytes.NewReader(text))
			})
		}),
	}
	o.flags(c)
	return c
}

func (a *app) calendarHolidayCommand() *cobra.Command {
	return a.group("holiday", "Add or remove one holiday or make-up day",
		"Add or remove one holiday or make-up day.\n\n"+operationHelp, a.holidayAddCommand(), a.holidayRemoveCommand())
}

func (a *app) holidayAddCommand() *cobra.Command {
	var o operation
	var work bool
	c := &cobra.Command{
		Use:   "add DAY [NAME]",
		Short: "Add a day or a range of days that is not worked",
		Long: `Add a day, or a range of days, that is not worked, with its name. With --work it is a day that is worked though it
would not be, to make up for another.

` + operationHelp,
		Example: `  lienthong calendar holiday add 2026-02-16..2026-02-20 'Tết Nguyên đán'
  lienthong calendar holiday add 2026-02-28 'Làm bù' --work`,
		Args: cobra.RangeArgs(1, 2),
		RunE: a.do(func(ctx context.Context, args []string) error {
			if err := days(args[0]); err != nil {
				return err
			}
			kind := "off"
			if work {
				kind = "work"
			}
			line := kind + " " + strings.Join(args, " ")
			return a.changeCalendar(ctx, o, "", func(c calendar.Calendar, _ []byte) (calendar.Calendar, error) {
				return calendar.ParseDays(c, strings.NewReader(line))
			})
		}),
	}
	o.flags(c)
	c.Flags().BoolVar(&work, "work", false, "the day is worked, to make up for another")
	return c
}

// days says which end of a day or range of days is no day: what was typed has no lines to name.
func days(typed string) error {
	for _, s := range strings.SplitN(typed, "..", 2) {
		if _, err := calendar.ParseDay(s); err != nil {
			return usagef("%q is %w", s, err)
		}
	}
	return nil
}

func (a *app) holidayRemoveCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:     "remove DAY",
		Short:   "Forget what is special of a day",
		Long:    "Forget that a day is a holiday or made up for: it is as any other of its day of the week.\n\n" + operationHelp,
		Example: `  lienthong calendar holiday remove 2026-02-28`,
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			day, err := calendar.ParseDay(args[0])
			if err != nil {
				return usagef("%q is %w", args[0], err)
			}
			return a.changeCalendar(ctx, o, "", func(c calendar.Calendar, _ []byte) (calendar.Calendar, error) {
				next := c.Without(day)
				if len(next.Off)+len(next.MakeUp) == len(c.Off)+len(c.MakeUp) {
					return c, fmt.Errorf("nothing special is said of %s", day)
				}
				return next, nil
			})
		}),
	}
	o.flags(c)
	return c
}

const maxCalendar = 1 << 20

// changeCalendar reads the calendar, changes it by the file, if one is named, and puts it in place of the one read.
func (a *app) changeCalendar(ctx context.Context, o operation, file string, change func(calendar.Calendar, []byte) (calendar.Calendar, error)) error {
	var text []byte
	if file != "" {
		var err error
		if text, err = a.readFile(file, maxCalendar); err != nil {
			return usagef("%s: %w", file, err)
		}
	}
	return a.operate(o, func(hub *client.Admin) error {
		now, err := hub.Calendar(ctx)
		if err != nil {
			return err
		}
		next, err := change(now.Calendar, text)
		if err != nil {
			return usagef("%w", err)
		}
		set, err := hub.SetCalendar(ctx, client.CalendarRequest{Version: now.Version, Text: next.String()})
		if err != nil {
			return err
		}
		return a.print(set, func(w io.Writer) {
			fmt.Fprintf(w, "calendar version %d: %d days off, %d made up, offices open %s to %s\n",
				set.Version, len(set.Off), len(set.MakeUp), set.Opens, set.Closes)
		})
	})
}

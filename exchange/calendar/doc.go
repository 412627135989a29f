// Package calendar counts working days: which days offices work, when they open and close, and by when something that
// began at one time is due.
//
// The law on clerical work speaks in such days: a document is sent "on the day it was signed, on the next working day at
// the latest", its receipt is confirmed "within the day" (Decree 30/2020/NĐ-CP, articles 4, 18, 21, 23; Decision
// 28/2018/QĐ-TTg, article 6). What the law leaves open, holidays and make-up days that the government announces from
// year to year and the hours of the offices, is data that an operator edits while the hub runs.
//
// A [Calendar] is a value. It holds for the time of Việt Nam, which has no daylight saving, so no zone database is
// needed. The package reads no clock, keeps no state and knows no documents: which clocks a delivery has is said by
// package exchange.
package calendar

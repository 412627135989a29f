// Package storetest is the conformance suite of package store: what every engine must show before the hub runs on it.
// An engine's own test calls [Run] and [Random]; both open it in a directory of their own, close it and open it again.
//
// The suite knows an engine only through store.Store: it looks into no file and injects no fault. Faults of the disk
// and the engine's own steps are tested beside the engine, crashes in internal/crash, power cuts in internal/powercut.
package storetest

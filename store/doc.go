// Package store remembers everything a person does with hone.
package store

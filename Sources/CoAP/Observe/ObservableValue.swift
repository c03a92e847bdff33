// SPDX-License-Identifier: Apache-2.0

/// A representation that knows the number it stands for, which `gt`, `lt`, `st` and `band` of an observation are about
/// (draft-ietf-core-conditional-attributes).
///
/// Without it the number is read from a text that is one, or begins with one before a space, and from the first `v` of a SenML
/// pack.
public protocol ObservableValue {
    /// The number; nil when there is none at present: then every change is notified.
    var observableValue: Double? { get }
}

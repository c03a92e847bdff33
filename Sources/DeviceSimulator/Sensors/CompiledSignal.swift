// SPDX-License-Identifier: Apache-2.0

/// A ``Signal`` as it stands in a ``SignalBank``: a constant and a sum of weighted terms.
struct CompiledSignal {
    /// What a term is; its number says which one of the bank's.
    enum Kind: UInt8 {
        case waveform
        case diurnal
        case walk
        case replay
        case daily
        case events
        case model
    }

    /// One of the terms.
    struct Term {
        let kind: Kind
        let number: Int32
        let weight: Double
    }

    /// What is always added.
    var constant = 0.0
    /// Where its terms stand in the bank.
    var terms: Range<Int> = 0..<0
}

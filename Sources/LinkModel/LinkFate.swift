// SPDX-License-Identifier: Apache-2.0

/// What becomes of one datagram on a link.
package struct LinkFate: Hashable, Sendable {
    /// Why a datagram is lost.
    package enum Loss: Hashable, Sendable {
        /// By chance.
        case chance
        /// It is larger than the link takes.
        case tooLarge
        /// Too much waits in front of the link already.
        case overflow
    }

    /// After which times it arrives: none when it is lost, two when it comes twice.
    package var times: [Duration] = []

    /// True when it is held back, so that later ones overtake it.
    package var isHeldBack = false

    /// Why it is lost; nil when it arrives.
    package var loss: Loss?

    /// What becomes of a datagram.
    ///
    /// - Parameters:
    ///   - times: after which times it arrives.
    ///   - isHeldBack: whether it is held back.
    ///   - loss: why it is lost.
    package init(times: [Duration] = [], isHeldBack: Bool = false, loss: Loss? = nil) {
        self.times = times
        self.isHeldBack = isHeldBack
        self.loss = loss
    }
}

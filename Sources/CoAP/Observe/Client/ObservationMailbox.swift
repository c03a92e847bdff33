// SPDX-License-Identifier: Apache-2.0

/// What an observation has to tell and nobody has read yet: of values the newest only, and no more states than it takes to tell
/// how things stand.
struct ObservationMailbox {
    private(set) var unread: [ObservationState] = []

    /// Adds what happened; what it makes out of date is forgotten, so that slow readers need no more memory than quick ones.
    mutating func add(_ state: ObservationState) {
        switch state {
        case .value: unread.removeAll { if case .value = $0 { true } else { false } }
        case .stale:
            // Of two times that the value was stale and nobody noticed, the last one tells all.
            guard let earlier = unread.firstIndex(where: { if case .stale = $0 { true } else { false } }) else { break }
            if let resumed = unread[earlier...].firstIndex(of: .resumed) { unread.remove(at: resumed) }
            unread.remove(at: earlier)
        case .resumed:
            // Told once behind the last time that the value was stale.
            let last = unread.lastIndex { if case .stale = $0 { true } else { false } } ?? unread.startIndex
            if unread[last...].contains(.resumed) { return }
        case .ended: break
        }
        unread.append(state)
    }

    /// Takes the oldest.
    mutating func take() -> ObservationState? { unread.isEmpty ? nil : unread.removeFirst() }
}

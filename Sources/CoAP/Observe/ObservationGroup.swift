// SPDX-License-Identifier: Apache-2.0

/// The observations that one rendering serves, since their requests are the same. Confined to the server's loop.
final class ObservationGroup: @unchecked Sendable {
    // Sendable: every use is on the server's loop, which the core's methods check.
    /// What makes requests the same.
    struct Key: Hashable {
        let route: Int
        let request: Request
        /// Nil where everybody's representation is the same.
        let identity: PeerIdentity?
    }

    let key: Key
    /// The first observer's request without what is its own, and the context of all renderings.
    let request: Request
    let context: RequestContext
    unowned let resource: ObservedResource
    var observers: [ObserverKey: Observer] = [:]
    /// The newest representation, with its number in Observe.
    var latest: Response?
    var latestValue: Double?
    var latestSequence: UInt32 = 0
    /// The rendering under way, and whether another one must follow it.
    var rendering: Task<Void, Never>?
    var timer: TimerQueue<() -> Void>.ID?
    var isRendering = false
    var isStale = false
    /// True when the next rendering is of a change, and when the one under way is: others are only for those who ask.
    var isChange = false
    var rendersChange = false
    /// How many observers need the representation's number.
    var numberReaders = 0

    init(_ key: Key, _ request: Request, _ context: RequestContext, of resource: ObservedResource) {
        self.key = key
        self.request = request
        self.context = context
        self.resource = resource
    }
}

// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// Shows the datagrams of a loop's thread to the captures that want them; costs nothing while there are none. Confined to its loop.
final class DatagramWatch {
    /// What one capture wants.
    private struct Watcher {
        let capture: Capture
        /// The peers whose datagrams it wants; nil for all.
        let peers: Set<SocketAddress>?
    }

    private let loop: EventLoop
    private let hooks: UnsafeMutablePointer<ccoap_datagram_hooks_t>
    private var watchers: [Int: Watcher] = [:]
    private var lastNumber = 0

    init(loop: EventLoop) {
        self.loop = loop
        hooks = .allocate(capacity: 1)
        hooks.initialize(to: ccoap_datagram_hooks_t())
        hooks.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        hooks.pointee.received = { context, datagram in DatagramWatch.show(context, datagram, isSent: false) }
        hooks.pointee.sent = { context, datagram in DatagramWatch.show(context, datagram, isSent: true) }
    }

    deinit {
        precondition(watchers.isEmpty, "a watch must be ended on its loop before it is let go")
        hooks.deallocate()
    }

    /// Shows datagrams to a capture from now on.
    ///
    /// - Parameter peers: whose; nil for all of this thread.
    /// - Returns: what ``remove(_:)`` takes.
    func add(_ capture: Capture, peers: [SocketAddress]? = nil) -> Int {
        loop.preconditionOnLoop()
        lastNumber += 1
        watchers[lastNumber] = Watcher(capture: capture, peers: peers.map(Set.init))
        ccoap_datagram_watch(hooks)
        return lastNumber
    }

    /// Shows it nothing more.
    func remove(_ number: Int) {
        loop.preconditionOnLoop()
        watchers[number] = nil
        if watchers.isEmpty { ccoap_datagram_watch(nil) }
    }

    private static func show(
        _ context: UnsafeMutableRawPointer?, _ datagram: UnsafePointer<ccoap_datagram_t>?, isSent: Bool
    ) {
        guard let context, let datagram else { return }
        var (remote, local) = (datagram.pointee.remote, datagram.pointee.local)
        let size = MemoryLayout<sockaddr_storage>.size
        guard let peer = SocketAddress(sockaddr: &remote, length: size),
            let own = SocketAddress(sockaddr: &local, length: size)
        else { return }
        let bytes = Array(UnsafeBufferPointer(start: datagram.pointee.bytes, count: datagram.pointee.length))
        for watcher in Unmanaged<DatagramWatch>.fromOpaque(context).takeUnretainedValue().watchers.values
        where watcher.peers?.contains(peer) ?? true {
            watcher.capture.record(bytes, from: isSent ? own : peer, to: isSent ? peer : own)
        }
    }
}

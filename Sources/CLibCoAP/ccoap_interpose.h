// SPDX-License-Identifier: Apache-2.0
// What a function needs that takes the place of a shared library's: the original. Includers define _GNU_SOURCE first.

#ifndef CCOAP_INTERPOSE_H
#define CCOAP_INTERPOSE_H

#include <dlfcn.h>
#include <stdatomic.h>

/// The next function of this name behind the program's own; `known` remembers it.
static inline void *ccoap_original(_Atomic(void *) *known, const char *name) {
    void *function = atomic_load_explicit(known, memory_order_relaxed);
    if (!function) {
        function = dlsym(RTLD_NEXT, name);
        atomic_store_explicit(known, function, memory_order_relaxed);
    }
    return function;
}

#endif

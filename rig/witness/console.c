/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The serial port, and what is said there.  Lines come out whole, whichever
 * CPU they are from.
 */
#include <stdarg.h>

#include "witness.h"

/* PL011 of machine virt, at the address that it always had. */
#define UART 0x09000000UL
#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_RXFE BIT(4)
#define UART_FR_TXFF BIT(5)
#define UART_LCR_H 0x2c
#define UART_CR 0x30

unsigned cpus = 1;

static u32 lock;
static unsigned bad_registers, bad_words;

/* Plain base register: KVM has to decode the access from the syndrome. */
static u32 uart_read(unsigned offset)
{
    u32 value;

    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(UART + offset)
                 : "memory");
    return value;
}

static void uart_write(unsigned offset, u32 value)
{
    asm volatile("str %w0, [%1]" : : "r"(value), "r"(UART + offset)
                 : "memory");
}

void console_init(void)
{
    uart_write(UART_LCR_H, 0x70);   /* 8 bits, FIFO */
    uart_write(UART_CR, 0x301);     /* enable, transmit, receive */
}

int console_getc(void)
{
    if (uart_read(UART_FR) & UART_FR_RXFE) {
        return -1;
    }
    return uart_read(UART_DR) & 0xff;
}

static void console_puts(const char *s)
{
    for (; *s; s++) {
        while (uart_read(UART_FR) & UART_FR_TXFF) {
            ;
        }
        uart_write(UART_DR, *s);
    }
}

bool same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static char *put_number(char *at, char *end, u64 value, unsigned base,
                        unsigned digits)
{
    char text[20];
    unsigned n = 0;

    do {
        text[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value || n < digits);
    while (n && at < end) {
        *at++ = text[--n];
    }
    return at;
}

static void vformat(char *to, size_t size, const char *fmt, va_list ap)
{
    char *at = to, *end = to + size - 1;

    for (; *fmt && at < end; fmt++) {
        const char *s;

        if (*fmt != '%') {
            *at++ = *fmt;
            continue;
        }
        switch (*++fmt) {
        case 's':
            for (s = va_arg(ap, const char *); *s && at < end; s++) {
                *at++ = *s;
            }
            break;
        case 'u':
            at = put_number(at, end, va_arg(ap, unsigned), 10, 1);
            break;
        case 'l':
            if (*++fmt == 'u') {
                at = put_number(at, end, va_arg(ap, u64), 10, 1);
                break;
            }
            s = "0x";
            while (*s && at < end) {
                *at++ = *s++;
            }
            at = put_number(at, end, va_arg(ap, u64), 16, 16);
            break;
        }
    }
    *at = 0;
}

void format(char *to, size_t size, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vformat(to, size, fmt, ap);
    va_end(ap);
}

void say(const char *fmt, ...)
{
    char line[256];
    va_list ap;

    va_start(ap, fmt);
    vformat(line, sizeof(line), fmt, ap);
    va_end(ap);

    while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE)) {
        ;
    }
    console_puts(line);
    console_puts("\r\n");
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

void mismatch(unsigned cpu, bool *reported, const char *name,
              u64 expected, u64 found)
{
    char where[16] = "";

    if (*reported) {
        return;
    }
    *reported = true;
    __atomic_fetch_add(&bad_registers, 1, __ATOMIC_RELAXED);
    if (cpus > 1) {
        format(where, sizeof(where), " on cpu %u", cpu);
    }
    say("witness MISMATCH %s expected %lx found %lx%s", name, expected,
        found, where);
}

void memory_mismatch(u64 offset, u64 expected, u64 found)
{
    /* A lost page is 512 words; the first few tell the story. */
    if (__atomic_fetch_add(&bad_words, 1, __ATOMIC_RELAXED) < 16) {
        say("witness MISMATCH MEM+%lx expected %lx found %lx", offset,
            expected, found);
    }
}

unsigned mismatches(void)
{
    return __atomic_load_n(&bad_registers, __ATOMIC_RELAXED) +
        __atomic_load_n(&bad_words, __ATOMIC_RELAXED);
}

bool say_if_failed(void)
{
    unsigned registers = __atomic_load_n(&bad_registers, __ATOMIC_RELAXED);
    unsigned words = __atomic_load_n(&bad_words, __ATOMIC_RELAXED);

    if (!registers && !words) {
        return false;
    }
    say("witness failed: %u registers, %u words of memory", registers,
        words);
    return true;
}

/* The end of the CPU that faulted; what it held is in an unknown state. */
void fault(unsigned vector, u64 sp)
{
    static unsigned faults;

    /* It may have been inside say(). */
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    if (__atomic_fetch_add(&faults, 1, __ATOMIC_RELAXED) < 4) {
        say("witness FAULT esr %lx elr %lx far %lx sp %lx vector %u cpu %lu",
            sysreg_read(esr_el1), sysreg_read(elr_el1),
            sysreg_read(far_el1), sp, vector,
            sysreg_read(mpidr_el1) & 0xff);
    }
    __atomic_fetch_add(&bad_registers, 1, __ATOMIC_RELAXED);
    say_if_failed();
    for (;;) {
        int c = console_getc();

        if (c == 'q') {
            psci_system_off();
        } else if (c == 'c') {
            say_if_failed();
        }
    }
}

/* Comes before the MMU is on, hence no lock. */
void say_wrong_level(unsigned level)
{
    console_init();
    console_puts(level == 2 ? "witness: started at EL2" :
                 "witness: started at EL3");
    console_puts(", needs EL1: -M virt without virtualization or secure\r\n");
}

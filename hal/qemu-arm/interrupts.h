/* The interrupts of mps2-an386 that are used. Application Note 386, table of interrupts. */

#ifndef HEDDLE_INTERRUPTS_H
#define HEDDLE_INTERRUPTS_H

/* Of UART n. */
#define INTERRUPT_UART_RECEIVED(n) (2u * (n))

void interrupt_radio(void);
void interrupt_wan(void);
void interrupt_plc(void);
void interrupt_tick(void);

#endif
